package import Files

extension LocalFile {
    /// Reads a file that a setting names, or that settings are in.
    package static func readSettings(_ path: String, limit: Int = 1 << 20) throws(SettingsError) -> LocalFile? {
        do throws(FileError) {
            return try read(path, limit: limit)
        } catch {
            throw SettingsError(error)
        }
    }
}
