import CaseFile
import Hummingbird
import Presentation
import RiskFeatures

/// A page of the console: what is on each of them, and one's own content in the middle.
struct Page {
    /// The pages that the head links to.
    enum Place: String, CaseIterable {
        case queue = "/"
        case gangs = "/gangs"
        case overview = "/overview"
        case model = "/model"

        var title: Phrase {
            switch self {
            case .queue: Phrase(en: "Queue", zh: "待办")
            case .gangs: Phrase(en: "Gangs", zh: "团伙")
            case .overview: Phrase(en: "Overview", zh: "概览")
            case .model: Phrase(en: "Model", zh: "模型")
            }
        }
    }

    var title: String
    var place: Place?
    /// Its own path and query, to come back to.
    var path = "/"
    var visitor: Visitor
    var content: [Markup]

    private var language: Language { visitor.language }

    func response(status: HTTPResponse.Status = .ok) -> Response {
        .text(html, type: "text/html; charset=utf-8", status: status)
    }

    var html: String {
        let page = element(
            "html",
            [
                "lang": language == .zh ? "zh-CN" : "en", "data-theme": visitor.theme.rawValue,
                "data-lang": language.rawValue,
            ], head, body)
        return "<!DOCTYPE html>\n" + page.text + "\n"
    }

    private var head: Markup {
        element(
            "head", [:],
            element("meta", ["charset": "utf-8"]),
            element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
            element("meta", ["name": "color-scheme", "content": "light dark"]),
            element("meta", ["name": "promoguard-token", "content": visitor.token]),
            element("title", [:], .text(title + " · PromoGuard")),
            element("link", ["rel": "icon", "href": "/assets/icon.svg?v=" + Asset.icon.version]),
            element("link", ["rel": "stylesheet", "href": "/assets/app.css?v=" + Asset.style.version]),
            element("script", ["src": "/assets/app.js?v=" + Asset.script.version, "defer": "defer"]))
    }

    private var body: Markup {
        element(
            "body", [:],
            element("a.skip", ["href": "#main"], .text(language.pick("Skip to the content", "跳到正文"))),
            element("header.top", [:], element("a.brand", ["href": "/"], "PromoGuard"), navigation, settings),
            element("main", ["id": "main", "tabindex": "-1"], of: content), help)
    }

    private var navigation: Markup {
        guard visitor.name != nil else { return .nothing }
        return element(
            "nav", ["aria-label": language.pick("Pages", "页面")],
            of: Place.allCases.map { place in
                element(
                    "a",
                    [
                        "href": place.rawValue,
                        place == self.place ? "aria-current" : "": "page",
                    ], .text(place.title.text(language)))
            })
    }

    private func link(_ name: String, _ value: String, _ text: String, _ label: String) -> Markup {
        let back = FormFields.encode(path)
        return element(
            "a", ["href": "/settings?\(name)=\(value)&back=\(back)", "aria-label": label, "title": label],
            .text(text))
    }

    private var settings: Markup {
        let other: Language = language == .en ? .zh : .en
        let next: (Visitor.Theme, String, String) =
            switch visitor.theme {
            case .auto: (.light, "◐", language.pick("Colours: as the system; go to light", "配色：跟随系统；切换到浅色"))
            case .light: (.dark, "○", language.pick("Colours: light; go to dark", "配色：浅色；切换到深色"))
            case .dark: (.auto, "●", language.pick("Colours: dark; go to the system's", "配色：深色；切换到跟随系统"))
            }
        var parts = [
            link(
                "language", other.rawValue, other == .zh ? "中文" : "English", other == .zh ? "中文" : "English"),
            link("theme", next.0.rawValue, next.1, next.2),
        ]
        if let name = visitor.name {
            parts.append(element("span.who", [:], .text(name.visible)))
            parts.append(
                element(
                    "button.help", ["type": "button", "data-action": "help", "hidden": "hidden"], "?"))
        }
        if visitor.hasSession {
            parts.append(
                element(
                    "form", ["method": "post", "action": "/sign-out"],
                    element("input", ["type": "hidden", "name": "token", "value": visitor.token]),
                    element("button.icon", ["type": "submit"], .text(language.pick("Sign out", "退出")))))
        }
        return element("div.settings", [:], of: parts)
    }

    /// What the keys do; the script shows it.
    private var help: Markup {
        let keys: [(String, String)] = [
            ("j  k", language.pick("next, previous", "下一个、上一个")),
            ("Enter", language.pick("open", "打开")),
            ("c", language.pick("confirm: it is abuse", "确认：是作弊")),
            ("x", language.pick("clear: an honest customer", "排除：是正常客户")),
            ("u", language.pick("unsure", "存疑")),
            ("z", language.pick("undo the last decision", "撤销上一次处理")),
            ("g", language.pick("the whole gang", "整个团伙")),
            ("/", language.pick("search", "搜索")),
            ("q", language.pick("back to the queue", "返回待办")),
            ("?", language.pick("this list", "显示本列表")),
        ]
        return element(
            "dialog", ["id": "help", "aria-label": language.pick("Keys", "快捷键")],
            element("h2", [:], .text(language.pick("Keys", "快捷键"))),
            element(
                "dl", [:],
                of: keys.flatMap { key, what in
                    [
                        element(
                            "dt", [:],
                            of: key.split(separator: " ").map { element("kbd", [:], .text(String($0))) }),
                        element("dd", [:], .text(what)),
                    ]
                }),
            element(
                "form", ["method": "dialog"],
                element("button", ["type": "submit"], .text(language.pick("Close", "关闭")))))
    }
}

/// What pages of one visitor have in common: words, times, references.
struct Pen {
    let visitor: Visitor
    let time: EventTime
    let references: AccountReferences
    let reasons: ReasonText

    init(_ visitor: Visitor, _ time: EventTime, _ references: AccountReferences) {
        self.visitor = visitor
        self.time = time
        self.references = references
        reasons = ReasonText(visitor.language)
    }

    var language: Language { visitor.language }
    func words(_ en: String, _ zh: String) -> Markup { .text(language.pick(en, zh)) }

    func masked(_ account: String) -> String { Masking.mask(account).visible }

    /// The masked id, leading to the account's page.
    /// - Parameter query: the filter that the reviewer came with.
    func account(_ account: String, query: String = "") -> Markup {
        let path = "/accounts/" + references.reference(account) + (query.isEmpty ? "" : "?" + query)
        return element("a.id", ["href": path], .text(masked(account)))
    }

    func gang(_ id: String) -> Markup {
        element("a.gang", ["href": "/gangs/" + FormFields.encode(id)], .text(id.visible))
    }

    /// A hidden field with what every write must carry.
    var token: Markup { hidden("token", visitor.token) }

    func hidden(_ name: String, _ value: String) -> Markup {
        element("input", ["type": "hidden", "name": name, "value": value])
    }

    func level(_ level: String) -> Markup {
        element(
            level == "high" ? "span.level.high" : "span.level", [:], .text(FlagWords.level(level, language)))
    }

    func status(_ status: ReviewStatus) -> Markup {
        element("span.status." + status.rawValue, [:], .text(FlagWords.status(status, language)))
    }

    func tags(_ tags: [String]) -> [Markup] {
        tags.map { element("span.tag", [:], .text(FlagWords.tag($0, language).visible)) }
    }

    func yuan(_ fen: Int64) -> Markup { .text(NumberText.yuan(fen: fen)) }

    /// A figure and what it is.
    func tile(_ figure: String, _ en: String, _ zh: String, note: String = "") -> Markup {
        element(
            "div.tile", [:], element("b", [:], .text(figure)), element("span", [:], words(en, zh)),
            note.isEmpty ? .nothing : element("i", [:], .text(note)))
    }

    /// A table. On a narrow screen one with prose shows each row as a card, with the titles in it; others scroll sideways.
    /// - Parameters:
    ///   - numbers: columns that hold numbers.
    ///   - prose: columns whose text may be broken into lines.
    func table(
        _ titles: [(en: String, zh: String)], numbers: Set<Int> = [], prose: Set<Int> = [], _ rows: [[Markup]]
    ) -> Markup {
        let head = titles.enumerated().map { index, title in
            element(numbers.contains(index) ? "th.number" : "th", ["scope": "col"], words(title.en, title.zh))
        }
        let body = rows.map { row in
            element(
                "tr", [:],
                of: row.enumerated().map { index, cell in
                    let tag =
                        numbers.contains(index) ? "td.number" : prose.contains(index) ? "td.prose" : "td"
                    let title = language.pick(titles[index].en, titles[index].zh)
                    return element(
                        tag, [prose.isEmpty || title.isEmpty ? "" : "data-title": title], cell)
                })
        }
        return element(
            "div.scroll", ["tabindex": "0"],
            element(
                prose.isEmpty ? "table" : "table.cards", [:],
                element("thead", [:], element("tr", [:], of: head)),
                element("tbody", [:], of: body)))
    }

    func section(_ en: String, _ zh: String, _ content: Markup...) -> Markup {
        element("section.card", [:], of: [element("h2", [:], words(en, zh))] + content)
    }

    /// The three buttons of a decision, for a form that tells on what.
    func verdicts(of what: String = "") -> [Markup] {
        let buttons: [(Verdict, String, String)] =
            if what.isEmpty {
                [
                    (.confirm, language.pick("Confirm", "确认作弊"), "c"),
                    (.clear, language.pick("Clear", "排除"), "x"),
                    (.unsure, language.pick("Unsure", "存疑"), "u"),
                ]
            } else {
                [
                    (.confirm, language.pick("Confirm \(what)", "\(what)确认作弊"), "c"),
                    (.clear, language.pick("Clear \(what)", "\(what)排除"), "x"),
                    (.unsure, language.pick("Unsure about \(what)", "\(what)存疑"), "u"),
                ]
            }
        return buttons.map { verdict, text, key in
            element(
                "button.verdict." + verdict.rawValue,
                [
                    "type": "submit", "name": "decision", "value": verdict.rawValue,
                    "data-key": key,
                ], .text(text),
                element("kbd", [:], .text(key)))
        }
    }
}
