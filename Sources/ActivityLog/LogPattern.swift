#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that a pattern names at the moment.
struct ListedFile {
    /// Within so many milliseconds; the coarsest clock in use steps by two seconds.
    fileprivate static let freshMs: Int64 = 2_000

    var path: String
    var id: FileID
    var size: Int64
    /// Milliseconds since 1970 UTC.
    var modifiedMs: Int64
    /// It was written to so shortly before it was listed that its size and time may both stay as they are when it is cut
    /// and written anew: clocks of file systems step by milliseconds, some by seconds.
    var isFresh = true
    /// Named only because a followed log may have been rotated to it.
    var isSibling = false

    /// Whether this is how the file was listed before, and nothing can have happened to it since.
    func isAs(size: Int64, modifiedMs: Int64, wasFresh: Bool) -> Bool {
        self.size == size && self.modifiedMs == modifiedMs && !wasFresh
    }
}

/// What to follow: a file with those it is rotated to, a folder, or a glob; looked up anew each time.
///
/// Names are passed over as in a folder that is read to its end (`LogFinder.isLogName`), until they are changed.
struct LogPattern {
    let path: String
    /// Its files, each with its name before it; a file that appears under several names is listed under each.
    private(set) var files: [ListedFile] = []
    /// Where its files appear and change.
    private(set) var folders: [String] = []
    /// A change may happen where no folder tells of it: behind a link, in a folder that appears later.
    private(set) var needsPolling = false

    init(_ path: String) { self.path = path }

    mutating func lookUp() {
        files = []
        folders = []
        needsPolling = false
        var status = stat()
        let exists = stat(path, &status) == 0
        if exists && status.st_mode & S_IFMT == S_IFDIR {
            list(path) { LogFinder.isLogName($0) }
        } else if !exists && LogPattern.hasWildcard(path) {
            for found in LogPattern.glob(path) where LogFinder.isLogName(LogPattern.split(found).name) {
                add(found, isSibling: false)
            }
            let folder = LogPattern.split(path).folder
            needsPolling = needsPolling || LogPattern.hasWildcard(folder)
            folders = LogPattern.hasWildcard(folder) ? LogPattern.glob(folder) : [folder]
        } else {
            let (folder, name) = LogPattern.split(path)
            add(path, isSibling: false)
            // logrotate appends `.1` or `-20260101`; both may be compressed.
            list(folder, isSibling: true) {
                ($0.hasPrefix(name + ".") || $0.hasPrefix(name + "-")) && LogFinder.isLogName($0)
            }
        }
    }

    private mutating func list(_ folder: String, isSibling: Bool = false, _ isWanted: (String) -> Bool) {
        folders = [folder]
        guard let names = try? LogFinder.fileNames(in: folder) else { return }
        for name in names where isWanted(name) {
            add(
                folder == "." && isSibling
                    ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name, isSibling: isSibling
            )
        }
    }

    private mutating func add(_ path: String, isSibling: Bool) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFLNK {
            needsPolling = true
            guard stat(path, &status) == 0 else { return }
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return }
        files.append(
            ListedFile(
                path: path, id: FileID(status), size: Int64(status.st_size), modifiedMs: status.modifiedMs,
                isFresh: FollowClock().wallMs() - status.modifiedMs < ListedFile.freshMs, isSibling: isSibling
            ))
    }

    private static func hasWildcard(_ path: String) -> Bool { path.utf8.contains { "*?[".utf8.contains($0) } }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
    }

    private static func glob(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        #if canImport(Glibc)
            guard Glibc.glob(pattern, 0, nil, &found) == 0 else { return [] }
        #elseif canImport(Musl)
            guard Musl.glob(pattern, 0, nil, &found) == 0 else { return [] }
        #else
            guard Darwin.glob(pattern, 0, nil, &found) == 0 else { return [] }
        #endif
        return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
    }
}
