import ActivityLog

/// An engine as bytes and back.
///
/// The bytes are the rows as they lie in memory: quick to take, and of use to the same build of the program only.
/// Another build starts again from the logs.
extension FeatureEngine {
    /// To be raised when rows of the same size come to mean something else.
    private static var stateVersion: UInt64 { 12 }

    /// What the bytes mean besides their layout: sizes of rows are checked table by table.
    private static let stateMeaning: UInt64 = {
        var text = "\(stateVersion)"
        for feature in FeatureCatalog.all { text += "|\(feature.name)|\(feature.meaning)" }
        let bytes = Array(text.utf8)
        return IdentifierHash()(bytes.span.bytes)
    }()

    /// Copies the state, on all cores; the engine stands still meanwhile.
    /// - Parameter room: where to, if it is large enough.
    public func snapshot(in room: StateRoom? = nil) -> StateCopy {
        // Laying out and copying do not fail.
        try! written().withPieces { pieces in StateCopy(pieces, in: room) }
    }

    /// How large a copy would be now.
    public var snapshotBytes: Int {
        try! written().withPieces { pieces in pieces.reduce(0) { $0 + $1.count } }
    }

    /// Another engine with the same state.
    public func clone() -> FeatureEngine {
        try! written().withPieces { pieces throws(StateError) in try FeatureEngine(StateReader(pieces)) }
    }

    /// The engine whose state was copied.
    /// - Parameter bytes: of a `StateCopy`, known by a checksum to be what was written.
    /// - Throws: `StateError` when another build wrote them, or they are none.
    public init(restoring bytes: UnsafeRawBufferPointer) throws(StateError) {
        try self.init(StateReader([bytes]))
    }

    private func written() -> StateWriter {
        var writer = StateWriter()
        writer.append(FeatureEngine.stateMeaning)
        writer.append(clockMs)
        writer.append(eviction)
        writer.append(placeEviction)
        writer.append(synchronyEviction)
        writer.append(accountText)
        coverage.write(to: &writer)
        sketches.write(to: &writer)
        devices.write(to: &writer)
        addresses.write(to: &writer)
        networks.write(to: &writer)
        wifis.write(to: &writer)
        phones.write(to: &writer)
        deliveryAddresses.write(to: &writer)
        payers.write(to: &writer)
        parcels.write(to: &writer)
        hubs.write(to: &writer)
        merchants.write(to: &writer)
        campaigns.write(to: &writer)
        synchrony.write(to: &writer)
        accounts.write(to: &writer)
        orders.write(to: &writer)
        links.write(to: &writer)
        evidence.write(to: &writer)
        return writer
    }

    private init(_ reader: consuming StateReader) throws(StateError) {
        self.init()
        guard try reader.fact(UInt64.self) == FeatureEngine.stateMeaning else {
            throw .otherBuild("its features differ")
        }
        clockMs = try reader.fact(Int64.self)
        eviction = try reader.fact(Schedule.self)
        placeEviction = try reader.fact(Schedule.self)
        synchronyEviction = try reader.fact(Schedule.self)
        accountText = try reader.array(of: UInt8.self)
        try coverage.read(from: &reader)
        try sketches.read(from: &reader)
        try devices.read(from: &reader)
        try addresses.read(from: &reader)
        try networks.read(from: &reader)
        try wifis.read(from: &reader)
        try phones.read(from: &reader)
        try deliveryAddresses.read(from: &reader)
        try payers.read(from: &reader)
        try parcels.read(from: &reader)
        try hubs.read(from: &reader)
        try merchants.read(from: &reader)
        try campaigns.read(from: &reader)
        try synchrony.read(from: &reader)
        try accounts.read(from: &reader)
        try orders.read(from: &reader)
        try links.read(from: &reader)
        try evidence.read(from: &reader)
        try reader.finish()
    }
}
