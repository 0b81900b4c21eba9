"""The labels that demo forms print beside their fields, all from the catalogue, and the manner of printing them."""

from __future__ import annotations

from ocr.synthesis.extras import MARK
from ocr.synthesis.form import AMOUNTS, Draft

__all__ = ["AMOUNTS", "DATES", "LABELS", "LONG", "OPTIONS", "TYPE_LABELS", "label", "spread"]

DATES = frozenset({"date", "bill_issue_date", "bill_due_date"})
LONG = frozenset(
    {
        "payer_name",
        "payee_name",
        "holder_name",
        "acceptor_name",
        "authority_name",
        "payer_bank",
        "payee_bank",
        "holder_bank",
    }
    | {"acceptor_bank", "amount_in_words", "document_no"}
)
OPTIONS = {
    "holder_id_type": ("居民身份证", "护照", "户口簿", "军官证"),
    "bill_kind": ("银行承兑汇票", "商业承兑汇票"),
    "account_kind": ("基本存款账户", "一般存款账户", "专用存款账户", "临时存款账户"),
    "loss_kind": ("书面挂失", "口头挂失", "密码挂失", "密码重置", "解除挂失"),
    "action": ("查询", "冻结", "扣划", "解除冻结"),
}
LABELS: dict[str, tuple[str, ...]] = {
    "branch_no": ("机构号", "网点号", "交易机构", "机构代码"),
    "teller_no": ("柜员号", "柜员", "操作员", "经办柜员"),
    "authoriser_no": ("授权柜员", "复核柜员"),
    "journal_no": ("流水号", "交易流水号", "柜员流水号", "日志号"),
    "transaction_code": ("交易码", "交易代码"),
    "transaction_time": ("交易时间", "时间"),
    "date": ("日期",),
    "voucher_no": ("凭证号码", "凭证编号", "编号", "No.", "№"),
    "currency": ("币种", "币别"),
    "amount": ("金额", "小写金额", "金额(小写)", "交易金额"),
    "amount_in_words": ("人民币(大写)", "金额(大写)", "大写金额"),
    "payer_name": ("付款人", "付款人全称"),
    "payer_account": ("付款人账号",),
    "payer_bank": ("付款行名称", "付款人开户行"),
    "payee_name": ("收款人", "收款人全称"),
    "payee_account": ("收款人账号",),
    "payee_bank": ("收款人开户行", "汇入行名称"),
    "holder_name": ("户名", "客户名称", "存款人名称"),
    "holder_account": ("账号", "账号/卡号", "存款账号"),
    "holder_id_type": ("证件类型", "证件名称"),
    "holder_bank": ("开户银行", "开户行"),
    "holder_id_no": ("证件号码",),
    "uscc": ("统一社会信用代码",),
    "purpose": ("用途", "摘要"),
    "balance": ("余额", "账户余额", "账面余额"),
    "attachments": ("附件", "附件张数", "票据张数"),
    "bill_kind": ("汇票种类", "贴现汇票种类"),
    "bill_no": ("汇票号码",),
    "bill_issue_date": ("出票日",),
    "bill_due_date": ("到期日", "汇票到期日"),
    "acceptor_name": ("承兑人", "汇票承兑人"),
    "acceptor_account": ("承兑人账号",),
    "acceptor_bank": ("承兑人开户行", "承兑银行"),
    "bill_amount": ("汇票金额",),
    "discount_rate": ("贴现率", "年贴现率"),
    "discount_interest": ("贴现利息",),
    "discount_paid": ("实付贴现金额",),
    "account_kind": ("账户性质", "账户类别"),
    "closing_reason": ("销户原因",),
    "loss_kind": ("挂失种类", "业务种类"),
    "lost_voucher_no": ("挂失凭证号码", "原凭证号码"),
    "document_no": ("文号", "字号", "案号"),
    "authority_name": ("执行机关", "有权机关", "查询机关"),
    "action": ("协助事项",),
}
TYPE_LABELS: dict[tuple[str, str], tuple[str, ...]] = {
    ("wire_transfer", "date"): ("委托日期", "日期"),
    ("wire_transfer", "payer_name"): ("汇款人", "汇款人全称", "付款人"),
    ("wire_transfer", "payer_account"): ("汇款人账号", "付款人账号"),
    ("wire_transfer", "payer_bank"): ("汇出行名称",),
    ("wire_transfer", "payee_bank"): ("汇入行名称",),
    ("wire_transfer", "purpose"): ("附加信息及用途", "汇款用途"),
    ("settlement_application", "date"): ("申请日期", "委托日期"),
    ("settlement_application", "payer_name"): ("申请人", "申请人全称"),
    ("settlement_application", "payer_account"): ("申请人账号",),
    ("settlement_application", "purpose"): ("附加信息及用途", "用途"),
    ("deposit_slip", "payer_name"): ("出票人", "出票人全称"),
    ("deposit_slip", "payer_account"): ("出票人账号",),
    ("special_transfer_debit", "purpose"): ("转账原因",),
    ("special_transfer_credit", "purpose"): ("转账原因",),
    ("cash_deposit", "purpose"): ("款项来源",),
    ("cash_deposit", "date"): ("日期", "交易日期"),
    ("cash_withdrawal", "holder_account"): ("账号", "卡号", "账号/卡号"),
    ("teller_slip", "date"): ("交易日期", "日期", "记账日期"),
    ("teller_slip", "purpose"): ("摘要",),
    ("account_opening", "date"): ("申请日期", "日期"),
    ("account_opening", "holder_name"): ("存款人名称", "客户名称"),
    ("account_closing", "date"): ("申请日期", "日期"),
    ("account_closing", "holder_name"): ("存款人名称", "户名"),
    ("loss_report", "date"): ("申请日期", "日期"),
    ("loss_report", "holder_account"): ("账号", "卡号", "账号/卡号"),
    ("margin_deposit", "payee_account"): ("收款人账号",),
    ("judicial_assistance", "holder_id_no"): ("证件号码",),
}


def label(draft: Draft, field: str) -> str:
    """A label of `field` for this form, as printed: perhaps with full-width brackets or with its characters spread."""
    if field == "discount_rate" and draft.monthly_rate:
        return "月贴现率"
    if field.startswith(MARK):
        return spread(field.removeprefix(MARK), draft.look.spread)
    chosen = draft.rng.choice(TYPE_LABELS.get((draft.type, field), LABELS[field]))
    if draft.look.colon != ":" and draft.rng.random() < 0.5:
        chosen = chosen.replace("(", "（").replace(")", "）")
    return spread(chosen, draft.look.spread)


def spread(text: str, spaces: int) -> str:
    """A label of two characters with `spaces` between them: 金 额."""
    return (" " * spaces).join(text) if len(text) == 2 and text.isalpha() else text
