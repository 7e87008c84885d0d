// SPDX-License-Identifier: Apache-2.0

/// Which of the two numberings.
package enum NumberingName: String, CaseIterable, Sendable {
  case partitioned
  case bitbake
}
