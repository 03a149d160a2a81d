import Foundation
import Testing

@testable import CaseFile

@Suite struct DriftTests {
    private func row(_ feature: String?, _ index: Double) -> DriftRow {
        DriftRow(
            risk: "fake_order", feature: feature, index: index, chance: 0.002, low: nil, high: 2.5,
            then: 0.25,
            now: 0.5, model: "mine", accounts: 77, asOfMs: 1_780_000_000_000)
    }

    @Test func aRunReplacesTheDriftOfTheOneBeforeAndOneThatSaysNothingLeavesIt() throws {
        let folder = TemporaryFolder()
        let file = try CaseFile.open(folder.database)
        #expect(try file.drift().isEmpty)
        var batch = CaseBatch()
        batch.drift = [row(nil, 0.3), row("z", 0.2), row("a", 0.2)]
        try file.commit(batch)
        #expect(try file.drift() == batch.drift)
        try file.commit(CaseBatch())
        #expect(try file.drift() == batch.drift)
        batch.drift = [row("b", 0.1)]
        try file.commit(batch)
        #expect(try file.drift() == batch.drift)
        batch.drift = []
        try file.commit(batch)
        #expect(try file.drift().isEmpty)
    }
}
