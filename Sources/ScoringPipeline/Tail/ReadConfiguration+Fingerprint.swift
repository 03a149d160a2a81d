import ActivityLog

extension ReadConfiguration {
    /// Equal when the same lines become the same events in the same order.
    var fingerprint: UInt64 {
        let probe = Array("promoguard".utf8)
        let numbers = [
            UInt64(bitPattern: latenessMs), UInt64(rememberedEventIDs), UInt64(maximumLineLength),
            UInt64(maximumStringLength), formats.fingerprint, keyedHash?.fingerprint ?? 0,
        ]
        return numbers.reduce(hash(probe.span.bytes), IdentifierHash.combine)
    }
}
