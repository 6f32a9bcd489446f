internal import Fabric
internal import KeyHistory
internal import Planning

/// What the keys of a source come to. Pure.
struct EntryReader: Sendable {
    let flags: FlagPolicy
    let range: ManagedRange

    /// What a value says.
    enum Content {
        case members(DecodedValue)
        case unreadable(UnreadableValue)
    }

    enum Reading {
        /// It is not followed, for this reason.
        case ignored(String)
        case entry(SourceView.Entry, Content)

        var entry: SourceView.Entry? {
            if case .entry(let entry, _) = self { entry } else { nil }
        }
    }

    func read(_ entry: KeyEntry, in source: SourceID) -> Reading {
        let pkey: PKey
        do throws(FabricError) {
            pkey = try PKey(named: entry.key.text(behind: source.prefix) ?? entry.key.description)
        } catch {
            return .ignored("\(error)")
        }
        guard range.contains(pkey) else {
            return .ignored("PKey \(pkey) is outside the managed range \(range)")
        }
        let decoded = Result { () throws(UnreadableValue) in try ValueDecoder.decode(entry.value) }
        let content: Content
        switch decoded {
        case .success(let value): content = .members(value)
        case .failure(let error): content = .unreadable(error)
        }
        return .entry(
            SourceView.Entry(
                pkey: pkey, revision: entry.revision, value: entry.value, intent: intent(of: content)), content)
    }

    private func intent(of content: Content) -> Intent {
        switch content {
        case .unreadable: return .held(.unreadable)
        case .members(let value):
            let members = flags.members(hosts: value.hosts, virtualFunctions: value.virtualFunctions)
            return DesiredPartition(members: members, ipOverIB: flags.ipOverIB).map(Intent.present) ?? .absent
        }
    }
}

extension SourceView.Entry {
    /// What it wants of ports; nil where it wants none.
    func wish(of key: KeyName) -> PortIndex.Wish? {
        guard case .present(let desired) = intent else { return nil }
        return PortIndex.Wish(key: key, pkey: pkey, members: desired.members)
    }
}
