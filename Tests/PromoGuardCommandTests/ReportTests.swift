import Foundation
import Presentation
import RiskFeatures
import Testing

@testable import promoguard

@Suite struct MarkupTests {
    @Test func everythingIsEscaped() {
        let page = Markup.tag(
            "p", [("title", "a\"b<c")],
            [.text("1 < 2 & \"quoted\" > 0\u{1b}"), .tag("b", [], [.words("x<", "甲&")])])
        #expect(
            page.text == "<p title=\"a&quot;b&lt;c\">1 &lt; 2 &amp; \"quoted\" &gt; 0\u{FFFD}"
                + "<b><span lang=\"en\">x&lt;</span><span lang=\"zh\">甲&amp;</span></b></p>")
        // An empty element that HTML does not know to be empty gets an end tag.
        #expect(Markup.tag("span").text == "<span></span>")
        #expect(Markup.tag("br").text == "<br/>")
    }

    @Test func wordsThatAreTheSameInBothLanguagesStandOnce() {
        #expect(Markup.words("AUC", "AUC").text == "AUC")
    }

    @Test func aStyleSheetNeedsNoEscaping() {
        #expect(!ReportStyle.css.contains { "<>&".contains($0) })
        #expect(Markup.text(ReportStyle.css).text == ReportStyle.css)
    }

    @Test func axesHoldValuesWithinThem() {
        let axis = Plot.Axis.logarithmicShare(Phrase(en: "x", zh: "x"), from: 1e-3)
        #expect(axis.place(1e-3) == 0 && axis.place(1) == 1)
        #expect(axis.place(0) == 0 && axis.place(7) == 1)
        #expect(abs(axis.place(0.0316228) - 0.5) < 1e-5)
        #expect(axis.ticks.map(\.label) == ["0.1%", "1%", "10%", "100%"])
    }

    @Test func numbersAndDaysAreShort() {
        #expect(NumberText.short(0.0012345) == "0.00123")
        #expect(NumberText.short(12.345) == "12.3")
        #expect(NumberText.short(45_678) == "45,700")
        #expect(NumberText.signed(-0.351) == "−0.35" && NumberText.signed(-0.001) == "0.00")
        // Sunday night in UTC is Monday in China.
        #expect(EventTime.china.monday(of: 1_780_250_400_000) == "2026-06-01")
        #expect(EventTime.china.monday(of: 1_780_243_199_000) == "2026-05-25")
        #expect(EventTime.utc.monday(of: 1_780_250_400_000) == "2026-05-25")
    }
}
