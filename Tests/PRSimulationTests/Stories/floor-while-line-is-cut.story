# A floor is raised at headquarters while the site's line is cut. The site goes on above it once it has it.
seed 7
node hq
node pune below hq lane 0/2 sync 5000ms deadline 1000ms
link pune hq delay 20ms rate 1000000
1000ms ask hq nano a gives 0
8000ms ask pune nano a gives 0
9000ms cut hq pune
9000ms cut pune hq
10000ms raise hq nano 7
11000ms ask pune nano b gives 0.0
20000ms heal hq pune
20000ms heal pune hq
70000ms ask pune nano b gives 7.0
