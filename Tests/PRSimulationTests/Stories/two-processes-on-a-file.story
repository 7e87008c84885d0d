# Two processes serve one database: each answers what the other has answered, and none gives a number twice.
node hq
node second on hq
node pune below second lane 0/2 sync 5000ms
link pune second delay 20ms rate 1000000
1000ms ask hq zlib a times 8
1000ms ask second zlib b times 8
1001ms ask second zlib a times 8
1002ms ask hq zlib b times 8
3000ms kill hq
3100ms ask second xz c gives 0
3200ms ask second xz c history gives 0
4000ms start hq
4100ms ask hq xz c gives 0
4200ms ask hq xz d gives 1
4300ms ask second xz d gives 1
30000ms ask pune xz d gives 1
