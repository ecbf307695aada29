# SPDX-License-Identifier: Apache-2.0
"""Texts about accounts."""

TEXTS: dict[str, tuple[str, str]] = {
    "unit.malformed": (
        "计量单位 {unit} 不合规范：代码须为字母开头的 32 个以内字符，小数位数 {decimals} 须在 0 到 12 之间",
        "Unit {unit} is malformed: its code begins with a letter and has at most 32 characters; decimals ({decimals}) lie between 0 and 12",
    ),
    "unit.unknown": (
        "没有计量单位 {unit}，请先声明",
        "There is no unit {unit}; declare it first",
    ),
    "unit.decimals_differ": (
        "计量单位 {unit} 已按 {known} 位小数记账，不能改为 {given} 位；请另设单位",
        "Unit {unit} is kept with {known} decimals and cannot change to {given}; declare another unit",
    ),
    "amount.not_a_number": (
        "{amount} 不是金额，请填写十进制数字",
        "{amount} is not an amount; give a decimal number",
    ),
    "amount.too_precise": (
        "{amount} 的小数位数超过单位 {unit} 的 {decimals} 位；账户从不舍入，请先确定精确数额",
        "{amount} has more decimals than the {decimals} of {unit}; accounts never round, so settle on an exact amount first",
    ),
    "account.unknown": (
        "没有账户 {account}，请核对账号",
        "There is no account {account}; check its code",
    ),
    "account.closed": (
        "账户 {account} 已销户，请使用其他账户",
        "Account {account} is closed; use another one",
    ),
    "account.not_empty": (
        "账户 {account} 尚有余额 {posted}、冻结 {held}，请先转出并解除冻结再销户",
        "Account {account} still has {posted}, with {held} on hold; move it out and end the holds before closing",
    ),
    "account.code_taken": (
        "账号 {account} 已被内容不同的账户使用，请换一个账号",
        "Code {account} belongs to a different account; choose another code",
    ),
    "account.code_malformed": (
        "账号“{account}”须为 1 到 {max} 个可见字符",
        "Account code '{account}' must have 1 to {max} printable characters",
    ),
    "account.kind_malformed": (
        "账户类别“{kind}”须为 1 到 {max} 个字符",
        "Account kind '{kind}' must have 1 to {max} characters",
    ),
    "account.limits_malformed": (
        "下限 {floor} 须不大于零、上限 {ceiling} 须不小于零，新账户余额为零",
        "A new account stands at zero, so its floor ({floor}) cannot be above nor its ceiling ({ceiling}) below it",
    ),
    "account.parent_unit": (
        "账户单位 {unit} 与上级账户单位 {parent_unit} 不同，不能合计；请选择同一单位的上级账户",
        "The account counts {unit}, its parent {parent_unit}; they cannot be added up, so choose a parent of the same unit",
    ),
    "transfer.line_unreadable": (
        "第 {line} 行不是一笔转账：每行写一个 JSON 对象，必有 key，再有 source 和 target，或者 pending；可用 {known}",
        "Line {line} is no transfer: write one JSON object a line with a key, and source and target or pending; known are {known}",
    ),
    "transfer.unknown": (
        "没有编号为 {key} 的转账，请核对编号",
        "No transfer has the key {key}; check it",
    ),
    "transfer.key_malformed": (
        "转账编号“{key}”须为 1 到 {max} 个可见字符，且不以“:expired”结尾",
        "Transfer key '{key}' must have 1 to {max} printable characters and not end in ':expired'",
    ),
    "transfer.key_taken": (
        "编号 {key} 已于 {at} 用于内容不同的转账；请核对，若是新的转账请换编号",
        "Key {key} stands for a different transfer, booked at {at}; check it, and give a new transfer a new key",
    ),
    "transfer.facts_malformed": (
        "转账 {key} 的事由最多 {max} 个字符，说明只能是文字",
        "The kind of transfer {key} has at most {max} characters, its facts are texts only",
    ),
    "transfer.phase_unknown": (
        "转账 {key} 的状态 {phase} 不可由申请方提交；可用 posted、pending、post、void",
        "Transfer {key} cannot ask for the phase {phase}; use posted, pending, post or void",
    ),
    "transfer.amount_out_of_range": (
        "转账 {key} 的金额 {amount} 须为大于零、不超过 9223372036854775807 的整数（以最小单位计）",
        "The amount {amount} of transfer {key} must be a whole number of smallest pieces, above zero and at most 9223372036854775807",
    ),
    "transfer.to_itself": (
        "转账 {key} 的付方和收方都是 {account}，请填写两个不同账户",
        "Transfer {key} goes from {account} to itself; name two different accounts",
    ),
    "transfer.units_differ": (
        "转账 {key} 的付方单位 {source} 与收方单位 {target} 不同；请按明示汇率用两笔关联转账兑换",
        "Transfer {key} goes from {source} to {target}; convert by two linked transfers at an explicit rate",
    ),
    "transfer.not_a_hold": (
        "转账 {key}（{phase}）不是冻结，不能带冻结编号或期限",
        "Transfer {key} ({phase}) is no hold: it takes neither the key of a hold nor a time-out",
    ),
    "transfer.not_a_move": (
        "转账 {key}（{phase}）只处理已有冻结，不要填写账户和期限",
        "Transfer {key} ({phase}) ends a hold: leave accounts and time-out out",
    ),
    "transfer.timeout_malformed": (
        "转账 {key} 的冻结期限 {timeout} 须大于零",
        "The time-out {timeout} of transfer {key} must be above zero",
    ),
    "transfer.below_floor": (
        "转账 {key}：账户 {account} 最多可付 {room}，不足 {amount}；请减少金额或先补足",
        "Transfer {key}: account {account} can give {room} at most, not {amount}; take less or top it up first",
    ),
    "transfer.above_ceiling": (
        "转账 {key}：账户 {account} 最多可收 {room}，少于 {amount}；请减少金额或先转出",
        "Transfer {key}: account {account} can take {room} at most, not {amount}; send less or move some out first",
    ),
    "transfer.clock_back": (
        "账户 {account} 最后入账时间为 {last_at}，晚于本次的 {at}：时钟可能回拨；请校准时钟后以当前时间重试",
        "The last entry of account {account} is of {last_at}, after {at}: a clock may have been set back; put it right and try again with the present time",
    ),
    "transfer.pending_unknown": (
        "转账 {key} 指向的冻结 {pending} 不存在，请核对冻结编号",
        "Transfer {key} names the hold {pending}, which does not exist; check the key of the hold",
    ),
    "transfer.pending_ended": (
        "冻结 {pending} 已结束（{how}），转账 {key} 不能再处理；如需付款请重新转账",
        "Hold {pending} has ended already ({how}), so transfer {key} comes too late; to pay, make a new transfer",
    ),
    "transfer.pending_expired": (
        "冻结 {pending} 已于 {expired_at} 到期，转账 {key} 不能再处理；请重新冻结",
        "Hold {pending} ran out at {expired_at}, so transfer {key} comes too late; hold the amount anew",
    ),
    "transfer.more_than_held": (
        "转账 {key} 的金额 {amount} 与冻结金额 {held} 不符：入账不得超过冻结金额，撤销须为全额",
        "Transfer {key} names {amount} of {held} held: at most that can be posted, and a hold is voided whole",
    ),
    "transfer.chain_open": (
        "转账 {key} 关联到下一笔，但其后没有转账；请补上或取消关联",
        "Transfer {key} is linked to a next one that is missing; add it or take the link off",
    ),
    "transfer.chain_torn": (
        "关联转账中 {key} 早已入账而其他没有；请核对编号，整组须用新编号",
        "Of the linked transfers {key} was booked before and others were not; check the keys, a new chain needs new ones",
    ),
    "transfer.chain_failed": (
        "转账 {key} 未入账，因为关联的 {failed} 被拒绝（{code}）；请先解决那一笔",
        "Transfer {key} was not booked since {failed}, linked with it, was refused ({code}); settle that one first",
    ),
    "transfer.kept_clashing": (
        "转账连续 {tries} 次与其他转账冲突，未入账；请稍后以相同编号重试",
        "The transfers clashed with others {tries} times and were not booked; try again later with the same keys",
    ),
    "interest.day_count_unknown": (
        "没有计息方式 {day_count}，可用 {known}",
        "There is no day count {day_count}; use {known}",
    ),
    "interest.period_backwards": (
        "计息期止日 {end} 早于起日 {start}，请核对",
        "The period ends on {end}, before it starts on {start}; check both days",
    ),
    "interest.rounding_unknown": (
        "没有取整方式“{rounding}”，可用 {known}",
        "There is no rounding '{rounding}'; use {known}",
    ),
    "rate.malformed": (
        "汇率 {rate} 须大于零并注明来源（{source}）",
        "The rate {rate} must be above zero and name its source ({source})",
    ),
    "rate.same_unit": (
        "同一单位 {unit} 之间无需兑换，请直接转账",
        "{unit} needs no conversion into itself; transfer it as it is",
    ),
    "rate.nothing_left": (
        "{amount} 按汇率 {rate} 兑换后不足最小单位，请增加金额",
        "{amount} at the rate {rate} comes to less than the smallest piece; convert more",
    ),
    "plan.malformed": (
        "款项办法 {plan} 有重名或不存在的账户 {strange}，请核对表格",
        "Plan {plan} names something twice or moves to pots that it lacks ({strange}); check its table",
    ),
    "plan.movement_unknown": (
        "{plan}没有“{name}”这种变动，可用 {known}",
        "This plan has no movement {name}; use {known}",
    ),
    "plan.outside_missing": (
        "{plan}的“{name}”有一端在办法之外，请给出外部账户",
        "One end of the movement {name} lies outside its plan; name the outside account",
    ),
    "statement.period_backwards": (
        "对账单止期 {until} 早于起期 {since}，请核对",
        "The statement ends at {until}, before it starts at {since}; check both",
    ),
    "statement.not_over": (
        "止期 {until} 尚未到，对账单只能出到现在为止；请改用过去的时间",
        "The statement would end at {until}, which has not come yet; choose a moment that is past",
    ),
    "statement.not_genuine": (
        "验证码 {verification} 与账户 {account} 该期间的账簿不符：请核对账号、期间和验证码，否则对账单可能被改动",
        "Code {verification} is not that of the book for account {account} and this period: check code, account and period, else the statement may have been altered",
    ),
    "statement.columns_missing": (
        "银行流水缺少列 {missing}；需要 {needed}",
        "The bank's file lacks the columns {missing}; it needs {needed}",
    ),
    "statement.nothing_given": (
        "没有银行流水；请选择文件，或把流水粘贴到框里",
        "There is no bank's file; choose one, or paste its lines into the field",
    ),
    "statement.too_large": (
        "银行流水 {bytes} 字节，网页最多收 {most} 字节；请分段核对，或用命令 shangheng accounts reconcile",
        "The bank's file has {bytes} bytes, a page takes {most}; reconcile it in parts, or with the command shangheng accounts reconcile",
    ),
    "statement.days_missing": (
        "请填在途天数：款项从一方到另一方最多几天，例如 3",
        "Say how many days money may be on its way, such as 3",
    ),
    "statement.date_malformed": (
        "银行流水第 {line} 行的日期 {date} 应写作 2026-05-01",
        "Line {line} of the bank's file has the date {date}; write it as 2026-05-01",
    ),
    "statement.does_not_add_up": (
        "账户 {account} 的期初余额 {opening} 与各笔收支合计不符：账簿可能被改动，请立即核查",
        "The entries of account {account} do not lead from its opening {opening} to its closing: the book may have been altered; examine it at once",
    ),
    "proof.account_absent": (
        "余额证明中没有账户 {account}，请核对账号和日期",
        "The tree of balances has no account {account}; check its code and the day",
    ),
    "proof.malformed": (
        "余额证明的格式不对（{why}），请使用平台给出的原文件",
        "The proof of a balance is malformed ({why}); use the file as the platform gave it",
    ),
    "proof.secret_length": (
        "余额证明的密钥应为 {needed} 字节，实为 {length}",
        "The secret of a tree of balances has {needed} bytes, not {length}",
    ),
    "account_kind.twice": (
        "账户类别重复声明：{kinds}",
        "a kind of account is declared twice among {kinds}",
    ),
    "plan.movements_unassigned": (
        "款项办法 {plan} 的移动 {movements} 没有写明由谁办理，或不存在；请逐一写明",
        "of plan {plan} the movements {movements} are nobody's, or do not exist; name who makes each",
    ),
    "account_kind.unknown": (
        "账户类别 {kinds} 没有声明谁可以入账；可入账的类别：{known}",
        "nobody may post on accounts of kind {kinds}; declared are {known}",
    ),
    "account_kind.no_movement": (
        "{plan}没有从“{source}”到“{target}”的移动；只能在同一笔款项之内按其办法移动",
        "the {plan_en} has no movement from “{source}” to “{target}”; move within one fund, as its table says",
    ),
    "account_kind.not_yours": (
        "您无权在账户“{account}”上入账；需要岗位 {roles}",
        "you may not post on account “{account}”; it takes one of the posts {roles}",
    ),
    "proof.not_sealed": (
        "截至 {at} 的 {unit} 余额合计没有封存；请选已封存的日期，或运行 shangheng accounts prove",
        "the sum of {unit} as at {at} was not sealed; choose a day that was, or run shangheng accounts prove",
    ),
    "proof.root_differs": (
        "账簿对 {unit} 该时点的记载与封存的不同（封存 {sealed}，现在 {now}）：其后有人补记了过去的账",
        "the book now says something else of {unit} at that moment (sealed {sealed}, now {now}): somebody posted into the past since",
    ),
    "proof.balance_holds": (
        "账户 {account} 的余额 {balance}（最小单位）包含在 {unit} 的公布合计中",
        "the balance {balance} (smallest pieces) of {account} is part of the published sum of {unit}",
    ),
    "proof.balance_differs": (
        "账户 {account} 的余额 {balance} 不在 {unit} 的公布合计中",
        "the balance {balance} of {account} is not part of the published sum of {unit}",
    ),
    "proof.sums_equal": (
        "公布的持有与负有相等：各 {plus}（{unit} 最小单位）",
        "published holdings and debts are equal: {plus} smallest pieces of {unit} each",
    ),
    "proof.sums_differ": (
        "公布的持有 {plus} 与负有 {minus} 不等（{unit}）",
        "published holdings {plus} and debts {minus} of {unit} differ",
    ),
    "account.day_unreadable": (
        "“{text}”不是日期；请写成 2026-11-21",
        "“{text}” is no day; write 2026-11-21",
    ),
}
