import Testing

@testable import ActivityLog

@Suite struct EventStreamTests {
    @Test func readsAPlainLog() throws {
        let folder = TemporaryFolder()
        let path = folder.write("a.log", line(0) + line(5, account: "b") + line(3, account: "c"))
        let reading = try Reading([path])
        #expect(reading.accounts == ["a", "c", "b"])
        #expect(reading.events.map(\.ts) == [newYear, newYear + 3, newYear + 5])
        #expect(reading.report.events == 3)
        #expect(reading.report.sources[0].lines == 3)
        #expect(reading.problems == [])
    }

    @Test(arguments: InflateBackend.allCases)
    func readsAGzippedLogOfTwoMembersCutInsideALine(_ backend: InflateBackend) throws {
        let folder = TemporaryFolder()
        let text = Array((line(0) + line(5, account: "b") + line(7, account: "c")).utf8)
        let path = folder.write("a.log", Gzip.member(Array(text[..<50])) + Gzip.member(Array(text[50...])))
        let reading = try Reading(path, backend: backend)
        #expect(reading.accounts == ["a", "b", "c"])
        #expect(reading.problems == [])
        #expect(reading.report.sources[0].isGzip)
    }
}
