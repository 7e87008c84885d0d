# A node by hand mints in the lane of a member, beside it: its upstream is the authority. It is given another lane by its operator.
seed 27
watch
node hq
node pune
node hand below hq lane 0/256
link pune hq delay 20ms rate 1000000
0ms kill hand
1000ms create hq
10000ms join pune below hq
60000ms start hand
61000ms ask pune p c1
62000ms ask hand p c2
200000ms alarm hq hand-made-lane
200000ms alarm hq lanes-overlap
200000ms alarm hand lane-overlap
200000ms alarm pune lane-overlap
