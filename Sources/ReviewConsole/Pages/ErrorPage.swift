import Presentation

/// What is shown in place of a page.
struct ErrorPage {
    let error: ConsoleError

    func page(_ visitor: Visitor) -> Page {
        let language = visitor.language
        return Page(
            title: String(error.status.code), visitor: visitor,
            content: [
                element(
                    "section.notice", [:],
                    element("p.code", [:], .text(String(error.status.code))),
                    element("h1", [:], .text(error.message.text(language))),
                    element(
                        "p", [:],
                        element("a.button", ["href": "/"], .text(language.pick("To the queue", "返回待办")))))
            ])
    }
}

/// Where a reviewer shows the token.
struct SignInPage {
    let visitor: Visitor
    var hasFailed = false

    var page: Page {
        let language = visitor.language
        return Page(
            title: language.pick("Sign in", "登录"), path: "/sign-in", visitor: visitor,
            content: [
                element(
                    "form.notice", ["method": "post", "action": "/sign-in"],
                    element("h1", [:], .text(language.pick("Sign in", "登录"))),
                    hasFailed
                        ? element(
                            "p.problem", ["role": "alert"],
                            .text(language.pick("Nobody has this token.", "令牌无效。"))) : .nothing,
                    element(
                        "label", [:], .text(language.pick("Your token", "您的令牌")),
                        element(
                            "input",
                            [
                                "type": "password", "name": "secret", "autocomplete": "current-password",
                                "required": "required", "autofocus": "autofocus",
                            ])),
                    element("button", ["type": "submit"], .text(language.pick("Sign in", "登录"))))
            ])
    }
}
