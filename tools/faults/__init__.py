"""The fault series: real processes broken under load; what they kept is compared with what was sent."""
