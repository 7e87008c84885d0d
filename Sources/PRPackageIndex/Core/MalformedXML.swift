// SPDX-License-Identifier: Apache-2.0

/// What a file of XML has that indexes of rpm packages do not have.
package enum MalformedXML: Error, Hashable, Sendable {
  /// `<!DOCTYPE`, `<!ENTITY`, a comment or CDATA.
  case declaration
  /// A processing instruction, or a second XML declaration.
  case instruction
  case encoding
  case longTag(limit: Int)
  case longText(limit: Int)
  case tooDeep(limit: Int)
  case tag
  case attribute
  case reference
  case otherEnd
  /// Text, or a second root element, outside the root element.
  case outsideRoot
  /// An element where only text is expected.
  case elementInText
  case unclosed
}

extension MalformedXML: CustomStringConvertible {
  package var description: String {
    let problem =
      switch self {
      case .declaration: "a declaration, comment or CDATA section, which createrepo_c does not write"
      case .instruction: "a processing instruction, which createrepo_c does not write"
      case .encoding: "an encoding other than UTF-8"
      case .longTag(let limit): "a tag longer than \(limit >> 10) KiB"
      case .longText(let limit): "a text longer than \(limit >> 10) KiB"
      case .tooDeep(let limit): "more than \(limit) elements within each other"
      case .tag: "a tag that is not XML"
      case .attribute: "an attribute that is not XML"
      case .reference: "a reference to an entity other than lt, gt, amp, quot, apos or a character"
      case .otherEnd: "an end tag of an element that is not open"
      case .outsideRoot: "text or an element outside the root element"
      case .elementInText: "an element where text is expected"
      case .unclosed: "an end within an element: it is cut off"
      }
    return "the file has \(problem); fetch it again, or make the index again with createrepo_c"
  }
}
