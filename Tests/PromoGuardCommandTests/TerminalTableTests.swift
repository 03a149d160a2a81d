import Presentation
import Testing

@testable import promoguard

@Suite struct TerminalTableTests {
    private let pipe = Terminal(isInteractive: false, reportedWidth: nil, environment: [:])

    private func terminal(_ width: Int, _ environment: [String: String] = ["NO_COLOR": "1"]) -> Terminal {
        Terminal(isInteractive: true, reportedWidth: width, environment: environment)
    }

    private func lines(_ table: TerminalTable, _ terminal: Terminal) -> [String] {
        table.rendered(terminal).split(separator: "\n").map(String.init)
    }

    private var sample: TerminalTable {
        var table = TerminalTable([
            .init(title: "账号"), .init(title: "分数", alignment: .right), .init(title: "原因", isFlexible: true),
            .init(title: "状态"),
        ])
        table.rows = [
            [.init("us…2c91"), .init("0.973"), .init("同一设备一天内出现 37 个账号；领取占比 93%"), .init("待处理")],
            [.init("用户…七八"), .init("1"), .init("short"), .init("x")],
        ]
        return table
    }

    @Test func chineseColumnsLineUp() {
        let lines = lines(sample, pipe)
        let columns = lines.map { line in
            ["状态", "待处理", "x"].compactMap { line.range(of: $0) }.map { CellWidth.of(line[..<$0.lowerBound]) }
        }
        #expect(columns[0] == columns[1] && columns[1] == columns[2])
        #expect(lines[0].hasPrefix("账号        分数  原因"))
        #expect(lines[2].hasPrefix("用户…七八      1  short"))
    }

    @Test func aPipeIsNotCut() {
        #expect(lines(sample, pipe)[1].contains("领取占比 93%"))
    }

    @Test func aTerminalIsFilledAndNotOverrun() {
        for width in 45...70 {
            let lines = lines(sample, terminal(width))
            #expect(lines.allSatisfy { CellWidth.of($0) <= width })
            #expect(lines[1].contains("待处理"))
        }
        #expect(lines(sample, terminal(50))[1].contains("…    待处理"))
    }

    @Test func aHostileCellStaysOnItsLine() {
        var table = TerminalTable([.init(title: "a"), .init(title: "b")])
        table.rows = [[.init("x\n\u{1B}[2Jy"), .init("z")]]
        let text = table.rendered(terminal(80, [:]))
        #expect(text.split(separator: "\n").count == 2)
        #expect(!text.contains("\u{1B}[2J"))
    }

    @Test func colourOnlyOnATerminalThatWantsIt() {
        var table = TerminalTable([.init(title: "a")])
        table.rows = [[.init("x", .red)]]
        #expect(table.rendered(terminal(80, [:])).contains("\u{1B}[31mx\u{1B}[0m"))
        #expect(!table.rendered(terminal(80, ["NO_COLOR": "1"])).contains("\u{1B}"))
        #expect(!table.rendered(terminal(80, ["TERM": "dumb"])).contains("\u{1B}"))
        #expect(!table.rendered(pipe).contains("\u{1B}"))
    }

    @Test func columnsOfTheEnvironmentGoFirst() {
        #expect(terminal(80, ["COLUMNS": "120"]).width == 120)
        #expect(terminal(90, ["COLUMNS": "x"]).width == 90)
        #expect(Terminal(isInteractive: true, reportedWidth: nil, environment: [:]).width == 80)
        #expect(
            Terminal(isInteractive: false, reportedWidth: nil, environment: ["COLUMNS": "9"]).width == nil)
    }
}

extension String {
    /// Where `text` stands; the first place.
    fileprivate func range(of text: String) -> Range<String.Index>? { firstRange(of: text) }
}
