# Two nodes by hand below a member have lanes that overlap: the node above them, both of them, and the authority have alarms.
seed 7
watch
node hq
node pune
node a below pune lane 0/2
node b below pune lane 2/4
link pune hq delay 20ms rate 1000000
1000ms create hq
1500ms alarm pune lanes-overlap
1500ms alarm a lane-overlap
2000ms kill a
2000ms kill b
10000ms join pune below hq
40000ms start a
41000ms start b
42000ms ask a p c1
43000ms ask b p c2
150000ms alarm pune lanes-overlap
150000ms alarm a lane-overlap
150000ms alarm b lane-overlap
150000ms alarm hq member-alarm:pune:lanes-overlap
