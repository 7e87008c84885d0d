# A process is killed with requests in flight, and again while it starts. What was answered is on record.
seed 9
node hq
1000ms ask hq perl a times 200
1001ms kill hq
1002ms start hq
1003ms ask hq perl b times 200
1003ms kill hq
1004ms start hq
1010ms ask hq perl c times 200
1200ms ask hq perl d
