import ActivityLog
import Foundation
import Presentation
import Testing

@testable import promoguard

@Suite struct TextTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("用户", 4), ("a用b", 4), ("e\u{301}", 1), ("한국", 4), ("ｱ", 1), ("Ａ", 2),
        ("😀", 2), ("👨‍👩‍👧", 2), ("❤️", 2), ("¥1–2…", 5), ("，（", 4), ("𠀀", 2), ("é", 1), ("🇨🇳", 2),
    ])
    func widthInCells(text: String, width: Int) {
        #expect(CellWidth.of(text) == width)
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("同一设备", 8, "同一设备"), ("同一设备", 7, "同一设…"),
        ("同一设备", 6, "同一…"), ("ab cd", 4, "ab…"), ("abc", 1, "…"), ("abc", 0, ""),
    ])
    func truncation(text: String, width: Int, expected: String) {
        let cut = CellWidth.truncate(text, to: width)
        #expect(cut == expected)
        #expect(CellWidth.of(cut) <= width)
    }

    @Test(arguments: RejectReason.allCases)
    func everyReasonToRejectALineHasAMeaning(reason: RejectReason) {
        #expect(RejectionWords.meaning(reason.name) != nil)
    }

    @Test(arguments: [
        ("a<b> & \"c\"", "<p title=\"a&lt;b&gt; &amp; &quot;c&quot;\">a&lt;b&gt; &amp; \"c\"</p>"),
        (
            "\u{1b}[31m\u{FFFE}\u{FFFF}\t",
            "<p title=\"\u{FFFD}[31m\u{FFFD}\u{FFFD}\t\">\u{FFFD}[31m\u{FFFD}\u{FFFD}\t</p>"
        ),
        ("待处理\u{FFFC}\u{FFFE}", "<p title=\"待处理\u{FFFC}\u{FFFD}\">待处理\u{FFFC}\u{FFFD}</p>"),
    ])
    func markupEscapesWhatItShows(text: String, expected: String) {
        #expect(Markup.tag("p", [("title", text)], [.text(text)]).text == expected)
    }

    @Test(arguments: [
        (0.0, "0"), (12.0, "12"), (12.34, "12.3"), (-0.34, "-0.3"), (-0.04, "0"), (99.96, "100"),
        (1e9, "1000000000"),
    ])
    func coordinatesHaveATenthAtMost(value: Double, text: String) {
        #expect(Plot.number(value) == text)
    }

    @Test func controlCharactersAreSpelledOut() {
        #expect("a\u{1B}[31mb\u{202E}c\n\u{9B}".visible == "a\\u{1b}[31mb\\u{202e}c\\u{a}\\u{9b}")
        #expect("用户-1 é".visible == "用户-1 é")
    }

    @Test(arguments: [
        ("", "…"), ("a", "…"), ("ab", "…"), ("abc", "a…"), ("abcde", "a…"), ("abcdef", "a…ef"),
        ("abcdefghi", "a…hi"), ("abcdefghij", "ab…ghij"), ("user-8f3a2c91", "us…2c91"),
        ("用户一二三四五六七八", "用户…五六七八"),
    ])
    func masking(id: String, masked: String) {
        #expect(Masking.mask(id) == masked)
        #expect(id.isEmpty || !masked.contains(id))
    }

    @Test func aMaskedIdComesApart() {
        #expect(Masking.parts(of: "us…2c91")! == ("us", "2c91"))
        #expect(Masking.parts(of: "us...2c91")! == ("us", "2c91"))
        #expect(Masking.parts(of: "user-8f3a2c91") == nil)
    }

    @Test(arguments: [
        (["LC_ALL": "zh_CN.UTF-8", "LANG": "en_US"], Language.zh), (["LC_MESSAGES": "zh_TW"], .zh),
        (["LC_ALL": "", "LANG": "zh"], .zh), (["LC_ALL": "C", "LANG": "zh_CN"], .en), ([:], .en),
    ])
    func languageOfTheLocale(environment: [String: String], language: Language) {
        #expect(Language(environment: environment) == language)
    }

    @Test(arguments: [
        (0.0, 0, "0"), (37, 0, "37"), (37, 1, "37"), (2.25, 1, "2.2"), (-0.001, 1, "0"), (-1.5, 1, "−1.5"),
        (1_234_567.0, 0, "1,234,567"), (999, 0, "999"), (1000.5, 1, "1,000.5"),
    ])
    func decimals(number: Double, places: Int, text: String) {
        #expect(NumberText.decimal(number, places: places) == text)
    }

    @Test(arguments: [
        (0, "¥0.00"), (5, "¥0.05"), (1234, "¥12.34"), (123_456_789, "¥1,234,567.89"), (-150, "−¥1.50"),
    ])
    func money(fen: Int64, text: String) {
        #expect(NumberText.yuan(fen: fen) == text)
    }

    @Test(arguments: [
        (350.0, "350 ms", "350 毫秒"), (2_500, "2.5 s", "2.5 秒"), (12_400, "12 s", "12 秒"),
        (180_000, "3 min", "3 分钟"), (9_000_000, "2.5 h", "2.5 小时"), (259_200_000, "3 days", "3 天"),
    ])
    func durations(ms: Double, en: String, zh: String) {
        #expect(NumberText.duration(ms: ms, .en) == en)
        #expect(NumberText.duration(ms: ms, .zh) == zh)
    }

    @Test(arguments: [
        (0, "1970-01-01T08:00:00+08:00", "1970-01-01T00:00:00Z"),
        (1_709_164_799_999, "2024-02-29T07:59:59+08:00", "2024-02-28T23:59:59Z"),
        (1_709_251_199_000, "2024-03-01T07:59:59+08:00", "2024-02-29T23:59:59Z"),
        (-1, "1970-01-01T07:59:59+08:00", "1969-12-31T23:59:59Z"),
    ])
    func times(ms: Int64, china: String, utc: String) {
        #expect(EventTime.china.iso(ms) == china)
        #expect(EventTime.utc.iso(ms) == utc)
    }

    @Test func timesAgreeWithFoundation() {
        let formatter = ISO8601DateFormatter()
        for day in stride(from: Int64(-30_000), to: 80_000, by: 17) {
            let ms = day * 86_400_000 + day * 1000
            #expect(
                EventTime.utc.iso(ms)
                    == formatter.string(from: Date(timeIntervalSince1970: Double(ms) / 1000)))
        }
    }

    @Test func hostileTextIsValidJSONWithoutControlCharacters() throws {
        let hostile = "\"\\\u{0}\u{1B}[2J\r\n\t\u{7F}\u{9B}\u{2028}\u{202E}</script>é用😀\u{E0001}"
        let text = JSONValue.object([(hostile, .string(hostile))]).text
        let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String]
        #expect(parsed == [hostile: hostile])
        #expect(!text.unicodeScalars.contains { $0.isInvisible })
    }

    @Test func numbersInJSON() {
        let values: [JSONValue] = [.number(0.1), .number(37), .number(.nan), .integer(-5), .null]
        #expect(JSONValue.array(values).text == "[0.1,37,null,-5,null]")
    }

    @Test func csvFieldsAreQuotedWhereTheyMustBe() {
        #expect(CSVText.line(["a", "b,c", "d\"e", "f\ng", "", "用"]) == "a,\"b,c\",\"d\"\"e\",\"f\ng\",,用\n")
    }

    @Test(arguments: [(0.97312, "0.973"), (0.99999, "0.999"), (1, "1.000"), (0.05, "0.050"), (0, "0.000")])
    func scoresNeverLookSurerThanTheyAre(score: Double, text: String) {
        #expect(NumberText.score(score) == text)
    }

    @Test func barsAreAsLongAsTheContribution() {
        #expect(AccountPage.bar(2, of: 2) == String(repeating: "█", count: 16))
        #expect(AccountPage.bar(1, of: 2) == String(repeating: "█", count: 8))
        #expect(AccountPage.bar(0.0001, of: 2) == "▏")
        #expect(AccountPage.bar(0, of: 0) == "")
    }
}
