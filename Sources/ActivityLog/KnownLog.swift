/// A log that is followed, or was: by what it is known, where it is now, and how far it has been read.
struct KnownLog {
    enum Stage: UInt8 {
        case waiting, reading, finished, damaged
        /// Was there before, and is not asked for.
        case ignored
    }

    /// Another file with the same head, while the log's own is there: a copy, unless it goes on otherwise.
    struct Copy {
        var file: ListedFile
        /// Its size when it was last compared with the log's own file.
        var comparedSize: Int64 = 0
        var compareAtMs: Int64
        var intervalMs: Int64
        var isListed = true
    }

    var identity: LogIdentity
    var path: String
    /// The file that holds it; nil when that has been cut, or is another log's.
    var file: FileID?
    /// Size of that file when it was last looked at, or as far as it was read.
    var size: Int64
    var modifiedMs: Int64
    /// See `ListedFile`; of one from another run nothing is known.
    var isFresh = true
    /// Its place among the sources of the merge; nil when it is ignored.
    var source: Int?
    var stage = Stage.waiting
    /// Where reading stands while the log is begun and not open, and in which file that was.
    var saved: LogReader.State?
    var savedFile: FileID?
    /// It goes by another name now or by none: once it is silent, nothing more will come.
    var isRotatedAway = false
    /// Its file was cut, or is gone, before all of it was read: only a copy can hold the rest.
    var isCut = false
    /// Reading stops at the present end of the file.
    var isEnding = false
    /// What was there before the start is passed over.
    var isPassingHistory = false
    /// The end of its file has been reached since it was opened.
    var hasBeenDry = false
    /// Its file is among those that the patterns name.
    var isListed = true
    /// When its file was first missed, or its last bytes came; monotonic milliseconds.
    var absentSinceMs: Int64?
    var quietSinceMs: Int64 = 0
    var copies: [Copy] = []

    init(_ file: ListedFile, _ identity: LogIdentity, source: Int?) {
        self.identity = identity
        path = file.path
        self.file = file.id
        size = file.size
        modifiedMs = file.modifiedMs
        isFresh = file.isFresh
        self.source = source
        if source == nil { stage = .ignored }
    }

    /// Takes note of where its file is now.
    mutating func note(_ file: ListedFile) {
        if path != file.path { isRotatedAway = true }
        path = file.path
        self.file = file.id
        isListed = true
        absentSinceMs = nil
    }

    /// Takes note of what its file looks like.
    mutating func noteContents(_ file: ListedFile) {
        size = file.size
        modifiedMs = file.modifiedMs
        isFresh = file.isFresh
    }

    // MARK: Snapshots

    func write(_ state: LogReader.State?, in stateFile: FileID?, to writer: inout ByteWriter) {
        identity.write(to: &writer)
        writer.write(path)
        for id in [file, stateFile] {
            writer.write(id != nil)
            writer.write(id?.device ?? 0)
            writer.write(id?.file ?? 0)
        }
        writer.write(size)
        writer.write(modifiedMs)
        writer.write(source.map { Int64($0) })
        writer.write(stage.rawValue)
        for flag in [isRotatedAway, isCut, isPassingHistory, state != nil] { writer.write(flag) }
        state?.write(to: &writer)
    }

    init(from reader: inout ByteReader) throws(ReadError) {
        identity = try LogIdentity(from: &reader)
        path = try reader.readText()
        file = try KnownLog.readID(from: &reader)
        savedFile = try KnownLog.readID(from: &reader)
        size = try reader.read()
        modifiedMs = try reader.read()
        source = try reader.readOptional().map { Int(truncatingIfNeeded: $0) }
        guard let stage = Stage(rawValue: try reader.read()) else { throw reader.damage }
        self.stage = stage
        isRotatedAway = try reader.readFlag()
        isCut = try reader.readFlag()
        isPassingHistory = try reader.readFlag()
        saved = try reader.readFlag() ? LogReader.State(from: &reader) : nil
        isListed = false
    }

    private static func readID(from reader: inout ByteReader) throws(ReadError) -> FileID? {
        let isThere = try reader.readFlag()
        let id = FileID(device: try reader.read(), file: try reader.read())
        return isThere ? id : nil
    }
}
