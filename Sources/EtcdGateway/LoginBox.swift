internal import Synchronization

/// The login in force, which an operator may change while the client is at work.
package final class LoginBox: Sendable {
    private let content: Mutex<EtcdConfiguration.Login?>

    package init(_ login: EtcdConfiguration.Login?) {
        content = Mutex(login)
    }

    package var value: EtcdConfiguration.Login? {
        get { content.withLock { $0 } }
        set { content.withLock { $0 = newValue } }
    }
}
