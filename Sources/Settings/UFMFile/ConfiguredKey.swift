internal import Usage

/// A key that may stand in `ufm.yaml`, and the option of `monitor` that it stands for.
struct ConfiguredKey {
    /// What its value may be.
    enum Kind {
        /// `true` or `false`, and the option that says the latter, if there is one.
        case flag(inverse: String?)
        /// Servers; some keys take nothing but a list.
        case servers(isListAlone: Bool)
        case value(Several)
        /// A key of former times that says nothing any more.
        case former
    }

    /// What a list stands for where one text is expected.
    enum Several {
        case never
        /// The option given so often.
        case repeated
        /// One value, separated by commas.
        case byCommas
    }

    /// With its dashes.
    let option: String
    /// What it says something of: two keys about one are one too many.
    let subject: String
    let kind: Kind

    /// A key as messages show it.
    static func shown(_ key: String) -> String { String(reflecting: String(key.prefix(60))) }
}

extension ConfiguredKey {
    struct Problem: Error {
        let words: String
    }

    /// All keys: the parser's own description of `monitor`, without what has its place elsewhere.
    struct Table {
        /// Another word for an option, of former times: a list alone.
        static let synonyms = ["ufm-servers": "ufm-host"]
        static let former = ["ufm-auth-type"]
        /// What is said of one command line, and not of a site.
        static let ofOneRun: Set = ["once", "dry-run", "config-dir", "help", "version"]

        private let mode: OptionCatalog.Mode
        private let directory: ConfigDirectory

        init(_ mode: OptionCatalog.Mode, _ directory: ConfigDirectory) {
            self.mode = mode
            self.directory = directory
        }

        /// The keys that may stand in the file.
        var names: [String] {
            mode.options.flatMap(\.names).filter { $0.hasPrefix("--") }.map { String($0.dropFirst(2)) }
                .filter { refusal(of: $0) == nil } + Self.synonyms.keys + Self.former
        }

        func key(_ name: String) -> Result<ConfiguredKey, Problem> {
            if let refusal = refusal(of: name) { return .failure(Problem(words: "\(name): \(refusal)")) }
            if Self.former.contains(name) { return .success(ConfiguredKey(option: "", subject: name, kind: .former)) }
            let synonym = Self.synonyms[name]
            let text = "--" + (synonym ?? name)
            guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }),
                let option = mode.option(text)
            else {
                let nearest = Spelling.nearest(to: name, among: names).map { " Did you mean \($0)?" } ?? ""
                return .failure(Problem(words: "\(ConfiguredKey.shown(name)): unknown key.\(nearest)"))
            }
            guard option.takesValue else { return .success(flag(text)) }
            let kind: Kind =
                if text == OptionNames.daemon.ufmHost {
                    .servers(isListAlone: synonym != nil)
                } else if option.isRepeating {
                    .value(.repeated)
                } else {
                    // The help says so: `endpoint,…`.
                    .value(option.valueName?.hasSuffix(",…") == true ? .byCommas : .never)
                }
            return .success(ConfiguredKey(option: text, subject: text, kind: kind))
        }

        /// A flag, with the one that says its contrary.
        private func flag(_ text: String) -> ConfiguredKey {
            let isNegative = text.hasPrefix("--no-") && mode.option("--" + text.dropFirst(5)) != nil
            let contrary = isNegative ? "--" + text.dropFirst(5) : "--no-" + text.dropFirst(2)
            let inverse = mode.option(contrary) == nil ? nil : contrary
            return ConfiguredKey(option: text, subject: isNegative ? contrary : text, kind: .flag(inverse: inverse))
        }

        /// Why a key is not to be there although it is an option.
        private func refusal(of name: String) -> String? {
            let option = "--" + name
            if OptionNames.passwords.contains(option) || OptionNames.prompts.contains(option) {
                let credential: Credential = name.hasPrefix("etcd") ? .etcd : .ufm
                return "passwords have a file of their own, \(directory.file(credential.fileName))"
            }
            return Self.ofOneRun.contains(name) ? "is for the command line alone" : nil
        }
    }
}
