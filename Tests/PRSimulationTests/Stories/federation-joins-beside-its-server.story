# A member joins again while a report of its server is on its way. It is one store, and is not stopped.
seed 1165
watch
node hq
node site0 sync 30000ms deadline 3000ms
node team0 sync 30000ms deadline 1000ms
node spare
link site0 hq delay 0ms rate 12500000
link team0 hq delay 0ms rate 12500000
link team0 site0 delay 0ms rate 12500000
link spare hq delay 0ms rate 12500000
link spare site0 delay 0ms rate 12500000
link spare team0 delay 0ms rate 12500000
500ms create hq lanes 256
1500ms join site0 below hq
38306ms cut site0 hq
87638ms relane site0
147758ms join site0 below hq again
