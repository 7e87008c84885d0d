# A node by hand is started without a level while its upstream is down. It mints nothing until it has met it.
seed 28
watch
node hq
node hand below hq lane 0/2 level-unknown
0ms kill hand
1000ms kill hq
2000ms start hand
3000ms ask hand p c1 gives refused
60000ms alarm hand level-unknown
60000ms alarm hand upstream-away
61000ms start hq
160000ms calm hand level-unknown
160000ms calm hand upstream-away
161000ms ask hand p c1 gives 0.0
