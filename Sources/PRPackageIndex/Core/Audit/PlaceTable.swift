// SPDX-License-Identifier: Apache-2.0

/// Texts that come many times, each kept once.
struct TextTable {
  private var texts: [String] = []
  private var numbers: [String: UInt32] = [:]

  mutating func number(of text: String) -> UInt32 {
    if let number = numbers[text] { return number }
    let number = UInt32(clamping: texts.count)
    texts.append(text)
    numbers[text] = number
    return number
  }

  /// - Parameter number: one that this table gave.
  subscript(number: UInt32) -> String { texts[Int(clamping: number)] }
}

/// Places in 8 bytes each: the names of files are kept once.
struct PlaceTable {
  struct Place: Hashable {
    fileprivate let file: UInt32
    /// 0 where there is none.
    fileprivate let line: UInt32
  }

  private var files = TextTable()

  mutating func place(_ place: IndexPlace) -> Place {
    Place(file: files.number(of: place.file), line: UInt32(clamping: place.line ?? 0))
  }

  /// - Parameter place: one that this table gave.
  subscript(place: Place) -> IndexPlace {
    IndexPlace(file: files[place.file], line: place.line == 0 ? nil : Int(clamping: place.line))
  }
}
