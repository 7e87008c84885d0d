# A node that has never joined is restored: it stands in no federation before and after, so that its numbers may name what others name.
seed 5
watch
node hq
node site0 sync 30000ms deadline 1000ms
node site2 sync 30000ms deadline 3000ms
node team0 deadline 3000ms
node team1 sync 30000ms deadline 3000ms
link site0 hq delay 0ms rate 12500000
link site2 hq delay 0ms rate 12500000
link team0 hq delay 0ms rate 12500000
link team0 site0 delay 0ms rate 12500000
link team1 hq delay 0ms rate 12500000
link team1 site0 delay 0ms rate 12500000
500ms create hq lanes 4 lifetime 600000ms
1500ms join site0 below hq
21230ms join site2 below hq
30773ms join team0 below site0
1426367ms backup team1
1433859ms restore team1
1433860ms ask site0 p0 c10 history times 3
