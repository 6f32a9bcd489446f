package import Logging

extension Logger {
    /// Says what the engine, or somebody beside it, has to say.
    package func say(_ message: Reconciler.Message) {
        let level: Logger.Level =
            switch message.level {
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            }
        log(level: level, "\(message.text)", metadata: message.metadata.mapValues { .string($0) })
    }
}
