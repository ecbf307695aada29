# SPDX-License-Identifier: Apache-2.0
"""Texts about the evidence log."""

TEXTS: dict[str, tuple[str, str]] = {
    "evidence.hash_length": (
        "哈希长度 {length} 字节不符合要求",
        "A hash of {length} bytes does not fit",
    ),
    "evidence.index_out_of_range": (
        "序号 {index} 超出树的大小 {size}",
        "Index {index} lies outside the tree of {size}",
    ),
    "evidence.sizes_out_of_order": (
        "树的大小顺序不对：{size1}、{size2}",
        "Tree sizes out of order: {size1}, {size2}",
    ),
    "evidence.batch_secret_length": (
        "批次密钥应为 32 字节，实为 {length}",
        "A batch secret has 32 bytes, not {length}",
    ),
    "evidence.salt_length": (
        "盐的长度 {length} 字节不符合要求",
        "Salts of {length} bytes do not fit",
    ),
    "evidence.entry_length": (
        "条目 {length} 字节，超过上限 {max}",
        "An entry of {length} bytes exceeds {max}",
    ),
    "evidence.bundle_truncated": (
        "条目包在第 {entry} 条处中断",
        "The bundle breaks off at entry {entry}",
    ),
    "evidence.bundle_damaged": (
        "条目包 {path} 已损坏",
        "Entry bundle {path} is damaged",
    ),
    "evidence.tile_damaged": (
        "哈希块 {path} 已损坏：应为 {expected} 字节，实为 {found}",
        "Tile {path} is damaged: {found} bytes instead of {expected}",
    ),
    "evidence.tile_path": (
        "路径 {path} 不合规范",
        "Path {path} is not one of a log",
    ),
    "evidence.file_missing": (
        "缺少文件 {path}",
        "File {path} is missing",
    ),
    "evidence.file_differs": (
        "文件 {path} 已存在且内容不同：日志分叉或损坏",
        "File {path} exists with other content: the log is forked or damaged",
    ),
    "evidence.checkpoint_unfinished": (
        "检查点末尾缺少换行",
        "The checkpoint does not end in a newline",
    ),
    "evidence.checkpoint_lines": (
        "检查点的行不合规范（{lines} 行）",
        "The lines of the checkpoint are malformed ({lines})",
    ),
    "evidence.checkpoint_size": (
        "检查点的树大小“{text}”无效",
        "The tree size “{text}” is invalid",
    ),
    "evidence.checkpoint_root": (
        "检查点的根哈希“{text}”无效",
        "The root hash “{text}” is invalid",
    ),
    "evidence.checkpoint_origin": (
        "检查点来自 {origin}，应为 {expected}",
        "The checkpoint is of {origin}, not of {expected}",
    ),
    "evidence.checkpoint_unsigned": (
        "检查点没有日志 {origin} 的可信签名",
        "No trusted key of log {origin} signed the checkpoint",
    ),
    "evidence.checkpoint_witnesses": (
        "只有 {count} 个见证签名，至少需要 {min} 个",
        "{count} witnesses signed, {min} are needed",
    ),
    "evidence.checkpoint_not_cosignable": (
        "{origin} 的检查点不能会签",
        "The checkpoint of {origin} cannot be cosigned",
    ),
    "evidence.checkpoint_not_tree_head": (
        "{origin} 的检查点不能作为树头签名",
        "The checkpoint of {origin} cannot be a signed tree head",
    ),
    "evidence.cosignature_length": (
        "会签长度 {length} 字节不符合要求",
        "A cosignature of {length} bytes does not fit",
    ),
    "evidence.cosignature_time": (
        "会签时间 {at} 无效",
        "Cosignature time {at} is invalid",
    ),
    "evidence.tree_head_signature": (
        "树头签名的结构不合规范",
        "The tree head signature is malformed",
    ),
    "evidence.key_malformed": (
        "密钥文本不合规范",
        "The key text is malformed",
    ),
    "evidence.key_id": (
        "密钥 {name} 的编号 {key_id} 与内容不符",
        "Id {key_id} of key {name} does not follow from the key",
    ),
    "evidence.key_kind": (
        "不支持此类密钥",
        "This kind of key is not supported",
    ),
    "evidence.key_length": (
        "密钥 {name} 的长度 {length} 不对",
        "Key {name} has a wrong length of {length}",
    ),
    "evidence.key_name": (
        "密钥名称“{name}”无效",
        "The key name “{name}” is invalid",
    ),
    "evidence.key_not_signing": (
        "密钥 {name} 不能用于签名",
        "Key {name} cannot sign",
    ),
    "evidence.note_length": (
        "长度 {length} 超过上限 {max}",
        "Length {length} exceeds {max}",
    ),
    "evidence.note_control_character": (
        "第 {position} 位有控制字符",
        "Control character at position {position}",
    ),
    "evidence.note_not_utf8": (
        "第 {position} 字节处不是有效的 UTF-8",
        "Not valid UTF-8 at byte {position}",
    ),
    "evidence.note_unfinished": (
        "待签文本须以换行结尾",
        "A text to be signed must end in a newline",
    ),
    "evidence.note_unsigned": (
        "没有签名部分",
        "There is no signature block",
    ),
    "evidence.note_signature_line": (
        "签名行“{text}”不合规范",
        "The signature line “{text}” is malformed",
    ),
    "evidence.note_signatures": (
        "签名 {count} 个，超过上限 {max}",
        "{count} signatures exceed {max}",
    ),
    "evidence.note_key_ambiguous": (
        "密钥 {name}+{key_id} 重复",
        "Key {name}+{key_id} is given more than once",
    ),
    "evidence.note_signature_wrong": (
        "{name}+{key_id} 的签名不正确",
        "The signature by {name}+{key_id} is wrong",
    ),
    "evidence.note_untrusted": (
        "没有可信密钥的签名；签名者：{names}",
        "No trusted key signed; signed by {names}",
    ),
    "evidence.proof_malformed": (
        "证明不合规范：“{line}”",
        "The proof is malformed: “{line}”",
    ),
    "evidence.proof_extra": (
        "证明的附加数据“{text}”无效",
        "The extra data “{text}” is invalid",
    ),
    "evidence.proof_index": (
        "证明的序号“{text}”无效",
        "The index “{text}” is invalid",
    ),
    "evidence.proof_path": (
        "证明路径中的“{text}”无效",
        "“{text}” in the proof path is invalid",
    ),
    "evidence.proof_path_length": (
        "证明路径过长：{length}",
        "The proof path is too long: {length}",
    ),
    "evidence.proof_wrong": (
        "证明不成立：序号 {index}，树大小 {size}",
        "The proof does not hold: index {index} in a tree of {size}",
    ),
    "evidence.stamp_issuer": (
        "时间戳机构的证书与私钥无法读取或不匹配",
        "Certificate and key of the time-stamp authority cannot be read or do not match",
    ),
    "evidence.stamp_malformed": (
        "时间戳不合规范",
        "The time stamp is malformed",
    ),
    "evidence.stamp_not_granted": (
        "时间戳机构拒绝（{status}）：{text}",
        "The authority refused ({status}): {text}",
    ),
    "evidence.stamp_other_digest": (
        "时间戳针对另一摘要 {found}",
        "The time stamp is of another digest, {found}",
    ),
    "evidence.stamp_nonce": (
        "时间戳随机数不符：应为 {expected}，实为 {found}",
        "Nonce {found} instead of {expected}",
    ),
    "evidence.stamp_policy": (
        "不接受时间戳策略 {found}",
        "Time-stamp policy {found} is not accepted",
    ),
    "evidence.stamp_hash": (
        "不支持摘要算法 {algorithm}",
        "Hash algorithm {algorithm} is not supported",
    ),
    "evidence.stamp_signers": (
        "时间戳应有一个签名者，实有 {count} 个",
        "A time stamp has one signer, not {count}",
    ),
    "evidence.stamp_certificate_missing": (
        "缺少 {issuer} 签发的时间戳证书",
        "The certificate issued by {issuer} is missing",
    ),
    "evidence.stamp_certificate_injected": (
        "时间戳夹带了不相干的证书：{subject}",
        "A foreign certificate was put into the time stamp: {subject}",
    ),
    "evidence.stamp_purpose": (
        "证书 {subject} 不是时间戳专用",
        "Certificate {subject} is not for time-stamping only",
    ),
    "evidence.stamp_chain": (
        "{issuer} 不能追溯到可信根",
        "{issuer} does not lead to a trusted root",
    ),
    "evidence.stamp_expired": (
        "证书 {subject} 在 {at} 无效（有效期 {valid_from} 至 {valid_until}）",
        "Certificate {subject} was not valid at {at} (valid {valid_from} to {valid_until})",
    ),
    "evidence.stamp_signature": (
        "时间戳签名不正确：{reason}",
        "The signature of the time stamp is wrong: {reason}",
    ),
}  # fmt: skip
