// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The revision that a test spells; a typing error in a test ends the run.
func revision(_ text: String) -> Revision {
  guard let revision = Revision(text) else { fatalError("no revision: \(text)") }
  return revision
}

let greatestNumber = "18446744073709551615"
