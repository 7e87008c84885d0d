// SPDX-License-Identifier: Apache-2.0

/// An array whose copies share what they have in common: adding to one of a million elements copies a few hundred.
struct SharedList<Element: Sendable>: Sendable, RandomAccessCollection, MutableCollection {
  private var pieces: [[[Element]]] = []
  private(set) var count = 0

  private static var leaf: Int { 64 }
  private static var branch: Int { 256 }

  var startIndex: Int { 0 }
  var endIndex: Int { count }

  subscript(index: Int) -> Element {
    get { pieces[index / (Self.leaf * Self.branch)][index / Self.leaf % Self.branch][index % Self.leaf] }
    _modify { yield &pieces[index / (Self.leaf * Self.branch)][index / Self.leaf % Self.branch][index % Self.leaf] }
  }

  mutating func append(_ element: Element) {
    if count.isMultiple(of: Self.leaf * Self.branch) { pieces.append([]) }
    if count.isMultiple(of: Self.leaf) { pieces[pieces.count - 1].append([]) }
    pieces[count / (Self.leaf * Self.branch)][count / Self.leaf % Self.branch].append(element)
    count += 1
  }
}
