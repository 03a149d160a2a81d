import CaseFile
import Testing

@testable import RiskFeatures
@testable import promoguard

@Suite struct ReasonTextTests {
    private func definition(
        _ name: String, _ unit: FeatureDefinition.Unit, _ en: String, _ zh: String,
        usual: Phrase = Phrase(en: "usually 1–2", zh: "通常 1–2 个")
    ) -> FeatureDefinition {
        FeatureDefinition(
            name: name, family: .device, unit: unit, direction: .moreIsWorse, isLogarithmic: true,
            meaning: "",
            source: "", reason: Phrase(en: en, zh: zh), usual: usual, tags: (nil, nil), needs: ["device_id"])
    }

    private func texts(_ definition: FeatureDefinition, _ value: Double?) -> [String] {
        Language.allCases.map {
            ReasonText($0, definitions: [definition])
                .sentence(.init(feature: definition.name, value: value, contribution: 1))
        }
    }

    @Test func likeAPersonWroteIt() {
        let accounts = definition(
            "device_accounts_1d", .accounts, "{} accounts on this device in a day", "同一设备一天内出现 {} 个账号")
        #expect(
            texts(accounts, 37) == [
                "37 accounts on this device in a day (usually 1–2)", "同一设备一天内出现 37 个账号（通常 1–2 个）",
            ])
        #expect(texts(accounts, 1)[0] == "1 account on this device in a day (usually 1–2)")
        #expect(
            texts(accounts, nil) == [
                "… accounts on this device in a day: not in the log (usually 1–2)",
                "同一设备一天内出现 … 个账号：日志中没有（通常 1–2 个）",
            ])
    }

    @Test func withoutAUsualRangeThereAreNoParentheses() {
        let feature = definition("x", .count, "{} things", "{} 件", usual: Phrase(en: "", zh: ""))
        #expect(texts(feature, 2) == ["2 things", "2 件"])
    }

    @Test(arguments: [
        (FeatureDefinition.Unit.accounts, 37.0, "37", "37"), (.events, 12.5, "12.5", "12.5"),
        (.orders, 1_234, "1,234", "1,234"), (.share, 0.934, "93%", "93%"), (.share, 0.034, "3.4%", "3.4%"),
        (.ratio, 1.234, "1.23", "1.23"), (.seconds, 180, "3 min", "3 分钟"), (.hours, 2.5, "2.5 h", "2.5 小时"),
        (.milliseconds, 350, "350 ms", "350 毫秒"), (.days, 3, "3 days", "3 天"),
        (.fen, 1_234, "¥12.34", "¥12.34"),
        (.flag, 1, "yes", "是"), (.bits, 1.5, "1.5 bits", "1.5 比特"), (.rank, 4, "4", "4"),
    ])
    func values(unit: FeatureDefinition.Unit, value: Double, en: String, zh: String) {
        #expect(ReasonText(.en).formatted(value, unit) == en)
        #expect(ReasonText(.zh).formatted(value, unit) == zh)
    }

    @Test func aFlagThatIsNotSetIsNotStatedAsIfItWere() {
        let feature = definition("x", .flag, "runs in an emulator", "运行在模拟器中", usual: Phrase(en: "", zh: ""))
        #expect(texts(feature, 1) == ["runs in an emulator", "运行在模拟器中"])
        #expect(texts(feature, 0) == ["runs in an emulator: no", "运行在模拟器中：否"])
    }

    @Test func aFeatureOfAnotherVersionShowsItsNameAndValue() {
        let reason = FlaggedAccount.Reason(feature: "unheard_of", value: 0.25, contribution: 1)
        #expect(ReasonText(.zh, definitions: []).sentence(reason) == "unheard_of = 0.25")
    }

    @Test func everyTagHasWordsInBothLanguages() {
        for tag in AbuseTag.allCases {
            #expect(!FlagWords.tag(tag.rawValue, .en).contains("_"))
            #expect(FlagWords.tag(tag.rawValue, .zh).unicodeScalars.allSatisfy { $0.value > 0x2E80 })
        }
        #expect(FlagWords.tag("of_a_newer_version", .zh) == "of_a_newer_version")
    }
}
