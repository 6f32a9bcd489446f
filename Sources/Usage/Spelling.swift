/// Which known word a misspelt one may have been meant to be.
package enum Spelling {
    /// The nearest word, of those that differ in at most a third of their letters; of equally near ones the first.
    package static func nearest(to word: String, among known: [String]) -> String? {
        let word = Array(word.utf8)
        var best: (distance: Int, word: String)?
        for candidate in known {
            let distance = distance(word, Array(candidate.utf8))
            guard distance <= max(1, min(word.count, candidate.utf8.count) / 3) else { continue }
            if distance < best?.distance ?? .max { best = (distance, candidate) }
        }
        return best?.word
    }

    /// How many letters are added, left out, changed, or exchanged with their neighbour.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let isSame = left[row] == right[column]
                var cost = min(last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
