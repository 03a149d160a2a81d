import Synchronization

/// Who is signed in, by the secret in the browser's cookie.
final class Sessions: Sendable {
    /// A browser that is signed in.
    struct Session: Sendable {
        var reviewer: String
        /// What a page of this session must send along with a write.
        var token: String
        fileprivate var endsAt: ContinuousClock.Instant
    }

    static let cookie = "promoguard_session"
    private static let lasting = Duration.seconds(12 * 3600)
    private static let most = 1000

    private let reviewers: [ConsoleConfiguration.Reviewer]
    private let sessions = Mutex<[String: Session]>([:])

    init(_ reviewers: [ConsoleConfiguration.Reviewer]) { self.reviewers = reviewers }

    /// The reviewer whose token this is.
    func reviewer(token: String) -> String? {
        // Every one is compared, so that the time does not tell which matched.
        reviewers.reduce(nil) { Secret.matches(token, $1.token) ? $1.name : $0 }
    }

    /// - Returns: the cookie's value; nil when nobody has that token.
    func signIn(token: String) -> String? {
        guard let reviewer = reviewer(token: token) else { return nil }
        let key = Secret.make()
        let session = Session(reviewer: reviewer, token: Secret.make(), endsAt: .now + Self.lasting)
        sessions.withLock { sessions in
            sessions = sessions.filter { $1.endsAt > .now }
            if sessions.count >= Self.most,
                let oldest = sessions.min(by: { $0.value.endsAt < $1.value.endsAt })
            {
                sessions[oldest.key] = nil
            }
            sessions[key] = session
        }
        return key
    }

    func session(_ key: String) -> Session? {
        sessions.withLock { $0[key] }.flatMap { $0.endsAt > .now ? $0 : nil }
    }

    func signOut(_ key: String) { sessions.withLock { $0[key] = nil } }
}
