# SPDX-License-Identifier: Apache-2.0
"""Texts about posts, looks at personal data, tokens and people who sign in."""

TEXTS: dict[str, tuple[str, str]] = {
    "access.held_already": (
        "{person} 在这段时间已有这个岗位（{role}）；请先结束原岗位或改日期",
        "{person} holds this post ({role}) at that time already; end it first, or change the dates",
    ),
    "access.no_such_post": (
        "没有岗位 {post}，或不在您管理的辖区内",
        "There is no post {post}, or it is not in your region",
    ),
    "access.not_administrator": (
        "须由管理该辖区（{region}）的权限管理员办理",
        "An administrator of posts for that region ({region}) must do this",
    ),
    "access.nothing_to_undo": (
        "{person} 的岗位（{role}）上一步已经是撤回；需要时请重新授予",
        "The last act on this post of {person} ({role}) was an undo; give the post anew if needed",
    ),
    "access.over_already": (
        "{person} 的岗位（{role}）已经结束",
        "The post of {person} ({role}) is over already",
    ),
    "access.own_post": (
        "不能给自己（{person}）授予、结束或撤回岗位；请另一名管理员办理",
        "Nobody ({person}) gives, ends or undoes a post of their own; ask another administrator",
    ),
    "access.party": (
        "“{role}”须填写报送单位代码，其他角色不填",
        "A {role} needs the code of the reporter; other roles have none",
    ),
    "access.reason_long": (
        "理由不能超过 {most} 个字",
        "The reason may have {most} characters at most",
    ),
    "access.reason_missing": (
        "请写明理由或目的，将随存证保留",
        "Write the reason or purpose; it is kept with the seal",
    ),
    "access.until_before_since": (
        "结束日期不能早于开始日期",
        "A post cannot end before it begins",
    ),
    "person.exists": (
        "已有账户 {person}；请直接授予岗位",
        "There is an account {person} already; give it a post",
    ),
    "person.password_weak": (
        "密码不合要求：{why}",
        "The password will not do: {why}",
    ),
    "person.unknown": (
        "没有账户 {person}；请先新建账户",
        "There is no account {person}; make one first",
    ),
    "request.forged": (
        "请求没有带上本站页面的防伪标记；请从本站页面操作，或改用令牌",
        "The request lacks the mark of a page of this site; use a page of the site, or a token",
    ),
    "request.method": (
        "此处不接受 {method} 请求；请按接口文档使用",
        "This does not take {method}; see the description of the API",
    ),
    "request.too_often": (
        "操作过于频繁，请稍后再试",
        "That was too often; wait a while and try again",
    ),
    "settings.oidc_not_https": (
        "SHANGHENG_OIDC_URL 应以 https:// 开头，而不是 {url}",
        "SHANGHENG_OIDC_URL should begin with https://, not {url}",
    ),
    "token.days": (
        "有效期应为 1 至 {most} 天",
        "A token lasts from 1 to {most} days",
    ),
    "token.name_missing": (
        "请写明令牌的用途（不超过 {most} 个字）",
        "Say what the token is for, in {most} characters at most",
    ),
    "token.not_found": (
        "没有令牌 {token}，或不是您的",
        "There is no token {token}, or it is not yours",
    ),
    "token.out_of_scope": (
        "令牌的范围不含 {scope}；请在“我的账户”另发一个",
        "The token does not cover {scope}; make another under “My account”",
    ),
    "token.scopes": (
        "请至少选择一项范围；可选：{known}",
        "Choose at least one scope; known are {known}",
    ),
}
