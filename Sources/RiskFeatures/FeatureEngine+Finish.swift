import Dispatch

/// The last scoring, at the end of the logs.
extension FeatureEngine {
    /// Scores every account once more, with what the things it last named know at the end
    /// over their long windows; short windows stay as they stood at its last costly event.
    public mutating func finish(
        score: (_ moment: ScoringMoment, _ vector: UnsafeBufferPointer<Float>, _ memory: inout ScoreMemory) ->
            Void
    ) {
        finish(accounts.slotRange, vector, score)
    }

    /// The same on all cores: each account goes to one of the parts, and the parts are worked on at the same time.
    /// - Parameter score: called at the same time for different parts; all that it may change is what it is given.
    public mutating func finish<Part>(
        _ parts: inout [Part],
        score: (
            _ part: inout Part, _ moment: ScoringMoment, _ vector: UnsafeBufferPointer<Float>,
            _ memory: inout ScoreMemory
        ) -> Void
    ) {
        // The rows of its accounts are a part's own, too, and finishing one changes no other row.
        forEachPart(&parts) { part, slots in
            let vector = FeatureEngine.emptyVector()
            defer { vector.deallocate() }
            finish(slots, vector) { score(&part, $0, $1, &$2) }
        }
    }

    /// What `finish` would say of one account if the logs ended here; changes nothing. Silent for an account that is not
    /// held.
    public func preview(
        accountKey: UInt64, score: (_ moment: ScoringMoment, _ vector: UnsafeBufferPointer<Float>) -> Void
    ) {
        guard clockMs != .min, let row = accounts.find(accountKey) else { return }
        let account = accounts.pointer(row)
        guard account.pointee.lastMs >= memoryLimitMs else { return }
        // Finishing one account changes no other row.
        let kept = account.pointee
        finish(row, Clock.stamp(clockMs), vector) { moment, vector, _ in score(moment, vector) }
        account.pointee = kept
    }

    /// Divides the slots of the accounts among the parts, and works on the parts at the same time, on all cores.
    func forEachPart<Part>(_ parts: inout [Part], _ body: (_ part: inout Part, _ slots: Range<Int>) -> Void) {
        let slots = accounts.slotRange.count
        withoutActuallyEscaping(body) { body in
            parts.withUnsafeMutableBufferPointer { parts in
                // Each part is one iteration's own.
                nonisolated(unsafe) let (body, parts) = (body, parts)
                DispatchQueue.concurrentPerform(iterations: parts.count) { part in
                    body(&parts[part], slots * part / parts.count..<slots * (part + 1) / parts.count)
                }
            }
        }
    }

    /// More parts than there are cores, so that all end at about the same time.
    public static var parts: Int { 8 }

    @inline(__always)
    private func finish(
        _ slots: Range<Int>, _ vector: UnsafeMutableBufferPointer<Float>,
        _ score: (ScoringMoment, UnsafeBufferPointer<Float>, inout ScoreMemory) -> Void
    ) {
        guard clockMs != .min else { return }
        let stamp = Clock.stamp(clockMs)
        // In groups, like events: first the accounts, then the slots of what they last named, then the rows.
        var waiting = InlineArray<32, UInt32>(repeating: 0)
        var count = 0
        accounts.forEachRow(in: slots) { row, account in
            guard account.pointee.lastMs >= memoryLimitMs else { return }
            accounts.prefetchRow(row)
            waiting[count] = row
            count += 1
            guard count == 32 else { return }
            for index in 0..<32 { prefetchLastSlots(accounts.pointer(waiting[index])) }
            for index in 0..<32 { prefetchLastRows(accounts.pointer(waiting[index])) }
            for index in 0..<32 { finish(waiting[index], stamp, vector, score) }
            count = 0
        }
        for index in 0..<count { finish(waiting[index], stamp, vector, score) }
    }

    @inline(__always)
    private func prefetchLastSlots(_ account: UnsafeMutablePointer<AccountState>) {
        devices.prefetchSlot(account.pointee.devices.lastHandset)
        phones.prefetchSlot(account.pointee.lastKeys.phone)
        deliveryAddresses.prefetchSlot(account.pointee.lastKeys.address)
        payers.prefetchSlot(account.pointee.lastKeys.payer)
        hubs.prefetchSlot(account.pointee.lastKeys.inviter)
        hubs.prefetchSlot(account.pointee.key)
        orders.prefetch(account.pointee.ordersRow)
    }

    @inline(__always)
    private func prefetchLastRows(_ account: UnsafeMutablePointer<AccountState>) {
        devices.prefetchRow(of: account.pointee.devices.lastHandset)
        phones.prefetchRow(of: account.pointee.lastKeys.phone)
        deliveryAddresses.prefetchRow(of: account.pointee.lastKeys.address)
        payers.prefetchRow(of: account.pointee.lastKeys.payer)
        hubs.prefetchRow(of: account.pointee.lastKeys.inviter)
        hubs.prefetchRow(of: account.pointee.key)
    }

    private func finish(
        _ row: UInt32, _ stamp: UInt16, _ vector: UnsafeMutableBufferPointer<Float>,
        _ score: (ScoringMoment, UnsafeBufferPointer<Float>, inout ScoreMemory) -> Void
    ) {
        let account = accounts.pointer(row)
        let shownMs = refreshLongWindows(account, stamp)
        fillVector(vector, account, account.pointee.lastMs)
        coverage.mark(vector)
        score(
            moment(row, account, shownMs, nil), UnsafeBufferPointer(vector), &account.pointee.memory)
    }

    /// - Returns: event time from which the logs show it: of the last event of the account, or of another on a thing that
    ///   both named.
    private func refreshLongWindows(
        _ account: UnsafeMutablePointer<AccountState>, _ stamp: UInt16
    ) -> Int64 {
        let keys = account.pointee.lastKeys
        var shownMs = account.pointee.lastMs
        if !account.pointee.device.ageSeconds.isNaN,
            let device = devices.pointer(
                of: account.pointee.devices.lastHandset, since: memoryLimitMs)
        {
            account.pointee.device.refreshLongWindows(device.pointee, account.pointee.key, stamp, sketches)
            account.pointee.takeCompany(of: device.pointee, stamp, sketches)
            shownMs = max(shownMs, device.pointee.lastMs)
        }
        if let phone = phones.pointer(of: keys.phone, since: memoryLimitMs) {
            account.pointee.takePhone(phone.pointee, stamp, sketches)
            shownMs = max(shownMs, phone.pointee.lastMs)
        }
        if let address = deliveryAddresses.pointer(of: keys.address, since: memoryLimitMs) {
            account.pointee.takeAddress(address.pointee, stamp, sketches)
            shownMs = max(shownMs, address.pointee.lastMs)
        }
        if let payer = payers.pointer(of: keys.payer, since: memoryLimitMs) {
            account.pointee.takePayer(payer.pointee, stamp, sketches)
            shownMs = max(shownMs, payer.pointee.lastMs)
        }
        if let inviter = hubs.pointer(of: keys.inviter, since: memoryLimitMs) {
            account.pointee.takeInviter(inviter.pointee, stamp, sketches)
            shownMs = max(shownMs, inviter.pointee.lastMs)
        }
        if let own = hubs.pointer(of: account.pointee.key, since: memoryLimitMs) {
            account.pointee.takeOwn(own.pointee, stamp, sketches)
            shownMs = max(shownMs, own.pointee.lastMs)
        }
        return shownMs
    }
}
