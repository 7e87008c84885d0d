// SPDX-License-Identifier: Apache-2.0
import PRSimulation
import Testing

/// Plays stories, and reports the first that breaks a promise, as short as it can be made.
func expectLaws(in stories: some Sequence<Story>) {
  for story in stories {
    if StoryRun.play(story).violations.isEmpty { continue }
    let least = story.shrunk { !StoryRun.play($0).violations.isEmpty }
    Issue.record("\(StoryRun.play(least).violations)\n\(least)\nseed \(story.seed)")
    return
  }
}
