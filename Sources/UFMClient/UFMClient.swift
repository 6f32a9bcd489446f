package import Transport

/// A client of UFM Enterprise, as far as its partitions go.
///
/// A value whose only state is which host is at work: it may be used from many tasks at once. Reads tell the whole truth or throw. Writes take a
/// `PKey`, so that none can be aimed at the default partition, and are never repeated blindly: an error says whether
/// its call may have been applied, and the caller reads back. A success means that UFM has recorded the change; its
/// subnet manager programs the ports some time after that.
package struct UFMClient: Sendable {
    /// Where UFM is and who we are; a new password is a new client, or a change here.
    package var configuration: UFMConfiguration
    let transport: any HTTPTransport
    /// Which of several hosts is at work; copies of a client share what one of them has found out.
    let servers = ServerMemory()

    /// A client that sends through this transport; nothing is sent before the first call.
    package init(configuration: UFMConfiguration, transport: any HTTPTransport) {
        self.configuration = configuration
        self.transport = transport
    }
}
