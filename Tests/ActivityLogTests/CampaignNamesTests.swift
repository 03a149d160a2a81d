import Testing

@testable import ActivityLog

@Suite struct CampaignNamesTests {
    @Test func theDecoderKeepsTheTextOfACampaign() throws {
        var decoder = EventDecoder()
        var batch = EventBatch()
        let ids = ["双11", "spring \\\"sale\\\"", "spring \\\"sale\\\"", "c3"]
        for id in ids {
            let line = #"{"ts":1772870400123,"event":"coupon_claim","account_id":"u","campaign_id":"\#(id)"}"#
            try decoder.decode(Array(line.utf8).span.bytes, into: &batch)
        }
        let names = batch.events.map { decoder.campaignNames[$0.campaignKey] }
        #expect(names == ["双11", "spring \"sale\"", "spring \"sale\"", "c3"])
        #expect(decoder.campaignNames.count == 3)
    }

    @Test func theFirstThousandAreKept() {
        var names = CampaignNames()
        for key in 1...3000 as ClosedRange<UInt64> where !names.isSettled(key) {
            names.settle(key, Array("c\(key)".utf8))
        }
        #expect(names.texts.count == 1000)
        #expect(names.texts[1000] == "c1000" && names.texts[1001] == nil)
        #expect(names.isSettled(3000) && names.isSettled(0) && !names.isSettled(1))
    }
}
