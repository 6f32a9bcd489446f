import TestSupport
import Testing

/// Expects what every refused command must leave: one line on standard error that names each culprit, the exit code,
/// nothing on standard output, and no password anywhere.
func expectOneComplaint(
    _ result: CommandResult, code: Int32, naming culprits: [String], at site: Site, _ command: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let comment = Comment(rawValue: "\(command)\n\(result.errors)")
    #expect(result.status == .code(code), comment, sourceLocation: sourceLocation)
    #expect(result.output == "", comment, sourceLocation: sourceLocation)
    expectOneComplaint(inErrors: result.errors, naming: culprits, comment, sourceLocation: sourceLocation)
    for password in [site.options.etcdPassword, site.options.ufmPassword] {
        #expect(!result.errors.contains(password), comment, sourceLocation: sourceLocation)
    }
}

/// Expects one line that names each culprit and has nothing in it that a terminal would obey.
func expectOneComplaint(
    inErrors errors: String, naming culprits: [String], _ comment: Comment,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(errors.hasPrefix("ERROR: "), comment, sourceLocation: sourceLocation)
    #expect(errors.count(where: \.isNewline) == 1 && errors.last == "\n", comment, sourceLocation: sourceLocation)
    let isObeyed = errors.dropLast().unicodeScalars.contains { scalar in
        scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
    }
    #expect(!isObeyed, comment, sourceLocation: sourceLocation)
    for culprit in culprits {
        #expect(errors.contains(culprit), comment, sourceLocation: sourceLocation)
    }
}
