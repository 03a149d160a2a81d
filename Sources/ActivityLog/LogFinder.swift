#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Finds the logs that some paths name: a file is itself, a folder is every log in it, `-` is standard input.
///
/// The logs of a folder are its own regular files (not those of folders in it), except names that begin with
/// `.` or `_`, and names with the endings `.csv`, `.md`, `.html`, `.tmp`, `.swp`, or `.sqlite` and its
/// companions. A file that is named twice, in whatever way, is read once.
enum LogFinder {
    /// A log that was found.
    struct Log: Equatable {
        var path: String
        /// It can be opened, looked at, closed, and opened again; a pipe or standard input cannot.
        var isRegular: Bool
    }

    static func logs(at paths: [String]) throws(ReadError) -> [Log] {
        var found: [Log] = []
        var seen: Set<FileID> = []
        func add(_ path: String, _ status: stat) {
            guard seen.insert(FileID(status)).inserted else { return }
            found.append(Log(path: path, isRegular: status.st_mode & S_IFMT == S_IFREG))
        }
        for path in paths {
            if path == "-" {
                if !found.contains(where: { $0.path == "-" }) {
                    found.append(Log(path: "-", isRegular: false))
                }
                continue
            }
            var status = stat()
            guard stat(path, &status) == 0 else {
                let code = errno
                throw ReadError(
                    "cannot read log \(path): \(systemMessage(code)); "
                        + (code == ENOENT ? "check the path" : "check that you may read it"))
            }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                add(path, status)
                continue
            }
            let names = try fileNames(in: path)
            var count = 0
            for name in names where isLogName(name) {
                let file = path.hasSuffix("/") ? path + name : path + "/" + name
                var status = stat()
                guard stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
                count += 1
                add(file, status)
            }
            guard count > 0 else {
                throw ReadError(
                    "cannot read logs from folder \(path): it has no log files; name a folder with NDJSON or gzip files"
                )
            }
        }
        return found
    }

    /// The names in a folder, sorted by their bytes.
    static func fileNames(in path: String) throws(ReadError) -> [String] {
        guard let folder = opendir(path) else {
            throw ReadError(
                "cannot list folder \(path): \(systemMessage(errno)); check that you may read it")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    static func isLogName(_ name: String) -> Bool {
        if name.hasPrefix(".") || name.hasPrefix("_") { return false }
        if name.hasSuffix(".sqlite") || name.hasSuffix(".sqlite-wal") || name.hasSuffix(".sqlite-shm") {
            return false
        }
        return ![".csv", ".md", ".html", ".tmp", ".swp"].contains { name.hasSuffix($0) }
    }
}
