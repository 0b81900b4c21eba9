"""Plans, documents and answers in Elasticsearch's JSON. Knows no client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .plan import Begins, Between, Either, OneOf, Part, Phrase, numbers, plan, texts, tokens
from .port import FACETS, After, Document, Query

_MAX_FACET = 10_000
_NOTHING: dict[str, Any] = {"match_none": {}}


def _typed(kind: str, *names: str, **options: object) -> dict[str, Any]:
    return {name: {"type": kind, **options} for name in names}


# The catalogue has what a document was made of; the index keeps only what it searches.
MAPPINGS: dict[str, Any] = {
    "dynamic": "strict",
    "_source": {"enabled": False},
    "properties": {
        **_typed("text", "grams", "loose", "named", analyzer="whitespace", norms=False),
        **_typed("text", "ones", "pairs", analyzer="whitespace", norms=False, index_options="docs"),
        **_typed("keyword", "type", "branch_no", "state"),
        **_typed("keyword", "words", "teller_no", "box", doc_values=False),
        **_typed("long", "id", "batch_id", "amount", "high", "low"),
        **_typed("integer", "day", "date"),
    },
}
# Only `commit` makes changes seen. A second copy is kept as soon as there is a second node.
SETTINGS = {
    "auto_expand_replicas": "0-1",
    "refresh_interval": "-1",
}


def written(document: Document) -> dict[str, Any]:
    """Elasticsearch's form of a document."""
    said: dict[str, Any] = tokens(document)
    said["words"] = said["words"].split()
    return {
        **numbers(document),
        **texts(document),
        **said,
        "amount": list(document.amounts),
        "date": sorted(day.toordinal() for day in document.all_dates),
    }


def condition(part: Part) -> dict[str, Any]:
    """Elasticsearch's form of one part of a plan."""
    match part:
        case Phrase(field, (one,)) | OneOf(field, (one,)):
            return {"term": {field: one}}
        case Phrase(field, row):
            return {"match_phrase": {field: {"query": " ".join(row), "analyzer": "whitespace"}}}
        case OneOf(field, values):
            return {"terms": {field: list(values)}} if values else _NOTHING
        case Begins(start):
            return {"prefix": {"words": start}}
        case Between(field, low, high):
            bounds = {"gte": low, "lte": high}
            return {"range": {field: {name: end for name, end in bounds.items() if end is not None}}}
        case Either(parts):
            some = [condition(one) for one in parts]
            return {"bool": {"should": some, "minimum_should_match": 1}} if some else _NOTHING


def body(query: Query) -> dict[str, Any]:
    """The request that answers a query: one row more than its page, so that it is known whether more follow."""
    order = "desc" if query.sort.descends else "asc"
    by = "day" if query.sort.by_date else "high" if query.sort.descends else "low"
    found: dict[str, Any] = {
        "query": {"bool": {"filter": [condition(part) for part in plan(query)]}},
        "sort": [{by: order}, {"id": order}],
        "size": query.limit and query.limit + 1,
        "track_total_hits": True,
        "_source": False,
        "stored_fields": "_none_",
    }
    if query.bounds:
        found["search_after"] = list(query.bounds)
    if query.facets:
        found["aggs"] = {name: {"terms": {"field": name, "size": _MAX_FACET}} for name in FACETS}
    return found


def keys(answer: Mapping[str, Any]) -> list[After]:
    """The rows of an answer, in order."""
    return [(int(hit["sort"][0]), int(hit["sort"][1])) for hit in answer["hits"].get("hits", [])]


def facets(answer: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    found = answer.get("aggregations", {})
    return {name: {one["key"]: one["doc_count"] for one in found[name]["buckets"]} for name in FACETS if name in found}
