extension [UInt8] {
    /// Changes it in one place, as something on its way may: a byte goes, one of these signs or any other comes, or some bytes come
    /// twice.
    package mutating func damage(with signs: String, _ random: inout SeededGenerator) {
        guard let place = indices.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: remove(at: place)
        case 1: insert(Array(signs.utf8).randomElement(using: &random) ?? 0, at: place)
        case 2: self[place] = UInt8.random(in: 0...255, using: &random)
        default: insert(contentsOf: self[place...].prefix(Int.random(in: 1...20, using: &random)), at: place)
        }
    }
}
