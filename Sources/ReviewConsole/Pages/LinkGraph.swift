import CaseFile
import Presentation

/// An account, the things it shares, and who else has them, drawn in three columns.
struct LinkGraph {
    let pen: Pen
    let account: String
    let links: [AccountLink]
    let neighbours: [Neighbour]

    private static let mostThings = 8
    private static let mostAccounts = 16
    private static let rowHeight = 24.0
    /// A thing has its name above it.
    private static let thingHeight = 36.0
    private static let width = 720.0

    /// A thing by kind and hash.
    private struct Thing: Hashable {
        var kind: String
        var thing: String
    }

    var markup: Markup {
        guard !neighbours.isEmpty else { return .nothing }
        var things: [Thing] = []
        var accounts: [String] = []
        var edges: [(thing: Int, account: Int)] = []
        var flagged: [String: Neighbour] = [:]
        for neighbour in neighbours {
            let thing = Thing(kind: neighbour.kind, thing: neighbour.thing)
            if !things.contains(thing) {
                guard things.count < Self.mostThings else { continue }
                things.append(thing)
            }
            if !accounts.contains(neighbour.accountID) {
                guard accounts.count < Self.mostAccounts else { continue }
                accounts.append(neighbour.accountID)
            }
            flagged[neighbour.accountID] = neighbour
            edges.append((things.firstIndex(of: thing)!, accounts.firstIndex(of: neighbour.accountID)!))
        }
        let height =
            max(Self.thingHeight * Double(things.count), Self.rowHeight * Double(max(accounts.count, 3))) + 16
        func place(_ index: Int, of count: Int) -> Double { height * (Double(index) + 0.5) / Double(count) }
        let (ownX, thingX, accountX) = (120.0, 340.0, 560.0)
        var parts: [Markup] = []
        for index in things.indices {
            parts.append(curve(ownX + 6, height / 2, thingX - 6, place(index, of: things.count)))
        }
        for edge in edges {
            parts.append(
                curve(
                    thingX + 6, place(edge.thing, of: things.count), accountX - 6,
                    place(edge.account, of: accounts.count)))
        }
        parts.append(Draw.circle(ownX, height / 2, 8, "node own"))
        parts.append(Draw.text(ownX - 14, height / 2 + 4, pen.masked(account), "label end"))
        for (index, thing) in things.enumerated() {
            let y = place(index, of: things.count)
            let count = links.first { $0.kind == thing.kind && $0.thing == thing.thing }?.accounts
            let shared = count.map {
                pen.language.pick(" · \($0.counted("account"))", " · \($0.grouped) 个账号")
            }
            parts.append(Draw.rectangle(thingX - 5, y - 5, 10, 10, "node thing"))
            parts.append(
                Draw.text(
                    thingX, y - 9, FlagWords.linkKind(thing.kind, pen.language) + (shared ?? ""),
                    "label middle"))
        }
        for (index, other) in accounts.enumerated() {
            let y = place(index, of: accounts.count)
            let status = flagged[other]?.status
            parts.append(Draw.circle(accountX, y, 6, "node " + (status?.rawValue ?? "none")))
            let link = element(
                "a", ["href": "/accounts/" + pen.references.reference(other)],
                Draw.text(accountX + 12, y + 4, pen.masked(other), "label"))
            parts.append(link)
        }
        let left = Set(neighbours.map(\.accountID)).count - accounts.count
        return element(
            "figure.graph", [:],
            element(
                "div.scroll", ["tabindex": "0"],
                Draw.svg(
                    width: Self.width, height: height,
                    label: pen.language.pick("Accounts that share things with this one", "与该账号共用资源的账号"), parts
                )),
            element(
                "figcaption", [:], key("open", "open", "待处理"), key("confirmed", "confirmed", "已确认"),
                key("cleared", "cleared", "已排除"), key("none", "not flagged", "未标记"),
                left > 0
                    ? pen.words("and \(left.counted("more account"))", "另有 \(left.grouped) 个账号") : .nothing))
    }

    private func key(_ style: String, _ en: String, _ zh: String) -> Markup {
        element(
            "span.key", [:],
            Draw.svg(
                width: 12, height: 12, label: "", style: "dotkey", [Draw.circle(6, 6, 5, "node " + style)]),
            pen.words(en, zh))
    }

    private func curve(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> Markup {
        let middle = Plot.number((x1 + x2) / 2)
        let path =
            "M\(Plot.number(x1)) \(Plot.number(y1))C\(middle) \(Plot.number(y1)) \(middle) \(Plot.number(y2)) "
            + "\(Plot.number(x2)) \(Plot.number(y2))"
        return element("path.edge", ["d": path])
    }
}
