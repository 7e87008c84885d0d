# An hour of a farm: members join, ask, are restarted and reloaded, lines are cut for minutes. None of it is an alarm but that of the line.
seed 11
watch
node hq
node pune sync 5000ms
node oslo sync 30000ms
node kernel
node mirror
link pune hq delay 80ms jitter 20ms rate 1000000
link oslo hq delay 20ms jitter 20ms rate 1000000 loss 10
link kernel pune delay 2ms rate 10000000
1000ms create hq
10000ms join pune below hq
20000ms join oslo below hq
30000ms join kernel below pune
45000ms join mirror below hq mirror
60000ms ask hq p c0
61000ms ask pune p c1
62000ms ask kernel p c2 times 3
63000ms ask oslo p c3
70000ms ask mirror p c0
90000ms reload hq
95000ms ask kernel p c4
120000ms reload pune
150000ms kill pune
155000ms start pune
160000ms ask kernel p c5
200000ms kill hq
202000ms start hq
260000ms cut pune hq
260000ms cut hq pune
500000ms heal pune hq
500000ms heal hq pune
600000ms ask pune p c6
700000ms cut hq oslo
800000ms heal hq oslo
900000ms lose kernel
1500000ms start kernel
1600000ms ask kernel p c7
2000000ms reload kernel
2000100ms reload kernel
2000200ms ask kernel p c8
3000000ms ask oslo p c9
3600000ms ask mirror p c9
