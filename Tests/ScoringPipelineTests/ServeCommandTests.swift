import Foundation
import Testing

/// The console as a program: what it refuses, and that it serves, follows and ends.
@Suite struct ServeCommandTests {
    @Test func anotherAddressNeedsTokens() throws {
        let outcome = try Program.promoguard("serve", "--host", "0.0.0.0")
        #expect(outcome.exitCode == 64)
        #expect(outcome.errors.contains("--token-file"))
    }

    @Test func whatCannotBeServedIsToldInOneLine() throws {
        let folder = TemporaryFolder()
        let missing = try Program.promoguard("serve", "--database", folder.file("none.sqlite"))
        #expect(missing.exitCode == 1 && missing.complaints.count == 1)
        #expect(missing.errors.contains("no such file"))
        for text in ["", "# nobody\n", "lin short\n", "lin 0123456789abcdef extra\n"] {
            let tokens = try folder.write("tokens", text)
            let outcome = try Program.promoguard("serve", "--token-file", tokens)
            #expect(outcome.exitCode == 1 && outcome.complaints.count == 1)
            #expect(outcome.errors.contains("cannot read the tokens"))
        }
    }

    /// One process reads the log, shows its flags, and at SIGTERM leaves a checkpoint.
    @Test func itFollowsLogsAndEndsCleanly() throws {
        let folder = TemporaryFolder()
        let outcome = try Program.shell(
            """
            cd '\(folder.path)'
            $P simulate world --accounts 300 --days 2 --front-ends 1 --files 1 --gzip-level 1 --quiet || exit 90
            $P serve world --port 0 --database case.sqlite 2> told & serving=$!
            for i in $(seq 600); do port=$(sed -nE 's/.*127.0.0.1:([0-9]+).*/\\1/p' told); [ "$port" ] && break; sleep 0.1; done
            [ "$port" ] || { cat told >&2; kill $serving; exit 91; }
            ask() { exec 3<>/dev/tcp/127.0.0.1/$port; printf 'GET %s HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' $1 >&3; cat <&3; }
            for i in $(seq 600); do ask /api/v1/flags > answer; grep -q '"risk"' answer && break; sleep 0.1; done
            kill -TERM $serving; wait $serving; echo "ended $?"
            ls case.sqlite-checkpoint; cat answer
            """)
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(outcome.text.contains("ended 0") && outcome.text.contains("case.sqlite-checkpoint"))
        #expect(outcome.text.contains("200 OK") && outcome.text.contains("\"risk\":"))
    }
}
