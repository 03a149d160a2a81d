import CaseFile
import Presentation
import RiskFeatures
import Testing

@testable import promoguard

@Suite struct ReasonTextTests {
    private let nothingUsual = Phrase(en: "", zh: "")

    private func wording(
        _ unit: FeatureDefinition.Unit, _ en: String, _ zh: String,
        usual: Phrase = Phrase(en: "usually 1–2", zh: "通常 1–2 个")
    ) -> ReasonText.Wording {
        ReasonText.Wording(unit: unit, reason: Phrase(en: en, zh: zh), usual: usual)
    }

    /// The sentence in each language.
    private func texts(_ wording: ReasonText.Wording, _ value: Double?) -> [String] {
        Language.allCases.map {
            ReasonText($0, wordings: ["x": wording])
                .sentence(.init(feature: "x", value: value, contribution: 1))
        }
    }

    @Test func likeAPersonWroteIt() {
        let accounts = wording(.accounts, "{} accounts on this device in a day", "同一设备一天内出现 {} 个账号")
        #expect(
            texts(accounts, 37) == [
                "37 accounts on this device in a day (usually 1–2)", "同一设备一天内出现 37 个账号（通常 1–2 个）",
            ])
        #expect(texts(accounts, 1)[0] == "1 account on this device in a day (usually 1–2)")
        #expect(
            texts(accounts, nil) == [
                "not known: … accounts on this device in a day", "未知：同一设备一天内出现 … 个账号",
            ])
    }

    @Test(arguments: [
        ("{} new accounts on it", "1 new account on it"), ("{} addresses of it", "1 address of it"),
        ("redeemed points {} times", "redeemed points 1 time"), ("{} of its orders", "1 of its orders"),
        ("its coupons go to {}", "its coupons go to 1"), ("{} less than this", "1 less than this"),
    ])
    func oneIsSingular(phrase: String, text: String) {
        let feature = wording(.count, phrase, "", usual: nothingUsual)
        #expect(texts(feature, 1)[0] == text)
        #expect(texts(feature, 2)[0] == phrase.replacing("{}", with: "2"))
    }

    @Test func punctuationAroundTheValue() {
        let variation = wording(.ratio, "gaps are regular (variation {})", "间隔规律（变异系数 {}）")
        #expect(
            texts(variation, 0.2) == [
                "gaps are regular (variation 0.2; usually 1–2)", "间隔规律（变异系数 0.2；通常 1–2 个）",
            ])
        let reaction = wording(.seconds, "redeemed {} after claiming", "领取后 {} 即核销", usual: nothingUsual)
        #expect(texts(reaction, 180) == ["redeemed 3 min after claiming", "领取后 3 分钟即核销"])
    }

    @Test func everyFeatureReadsWell() {
        for definition in FeatureCatalog.all {
            for language in Language.allCases {
                for value in [nil, 0, 1, 37.5] as [Double?] {
                    let text = ReasonText(language)
                        .sentence(.init(feature: definition.name, value: value, contribution: 1))
                    #expect(!text.contains("{}") && !text.contains("  ") && !text.hasPrefix(definition.name))
                }
            }
        }
    }

    @Test func withoutAUsualRangeThereAreNoParentheses() {
        let feature = wording(.count, "{} things", "{} 件", usual: nothingUsual)
        #expect(texts(feature, 2) == ["2 things", "2 件"])
    }

    @Test(arguments: [
        (FeatureDefinition.Unit.accounts, 37.0, "37", "37"), (.events, 12.5, "12.5", "12.5"),
        (.orders, 1_234, "1,234", "1,234"), (.share, 0.934, "93%", "93%"), (.share, 0.034, "3.4%", "3.4%"),
        (.ratio, 1.234, "1.23", "1.23"), (.seconds, 180, "3 min", "3 分钟"), (.hours, 2.5, "2.5 h", "2.5 小时"),
        (.milliseconds, 350, "350 ms", "350 毫秒"), (.days, 3, "3 days", "3 天"),
        (.days, 1, "1 day", "1 天"), (.days, 0.25, "6 h", "6 小时"),
        (.fen, 1_234, "¥12.34", "¥12.34"),
        (.flag, 1, "yes", "是"), (.bits, 1.5, "1.5", "1.5"), (.rank, 4, "4", "4"),
    ])
    func values(unit: FeatureDefinition.Unit, value: Double, en: String, zh: String) {
        #expect(ReasonText(.en).formatted(value, unit) == en)
        #expect(ReasonText(.zh).formatted(value, unit) == zh)
    }

    @Test func aFlagThatIsNotSetIsNotStatedAsIfItWere() {
        let feature = wording(.flag, "runs in an emulator", "运行在模拟器中", usual: nothingUsual)
        #expect(texts(feature, 1) == ["runs in an emulator", "运行在模拟器中"])
        #expect(texts(feature, 0) == ["runs in an emulator: no", "运行在模拟器中：否"])
    }

    @Test func whatIsUsualOrUnknownIsNoReasonForAPerson() {
        func reason(_ feature: String, _ value: Double?, _ contribution: Double) -> FlaggedAccount.Reason {
            .init(feature: feature, value: value, contribution: contribution)
        }
        let text = ReasonText(.en)
        let many = reason("device_accounts_1d", 37, 2)
        let newer = reason("unheard_of", 1, 0.2)
        let told = text.telling([
            reason("check_in_jitter_s", nil, 3), many, reason("grants_total", 0, 1),
            reason("confirm_delay_h", 72, 1), reason("visits_total", 9, 1), reason("claims_1d", 9, -1), newer,
        ])
        #expect(told == [many, newer])
        let unknown = reason("check_in_jitter_s", nil, 3)
        #expect(text.telling([unknown, reason("grants_total", 0, 1)]) == [unknown])
    }

    @Test func aFeatureOfAnotherVersionShowsItsNameAndValue() {
        let reason = FlaggedAccount.Reason(feature: "unheard_of", value: 0.25, contribution: 1)
        #expect(ReasonText(.zh, wordings: [:]).sentence(reason) == "unheard_of = 0.25")
    }

    @Test func everyTagHasWordsInBothLanguages() {
        for tag in AbuseTag.allCases {
            #expect(!FlagWords.tag(tag.rawValue, .en).contains("_"))
            #expect(FlagWords.tag(tag.rawValue, .zh).unicodeScalars.allSatisfy { $0.value > 0x2E80 })
        }
        #expect(FlagWords.tag("of_a_newer_version", .zh) == "of_a_newer_version")
    }
}
