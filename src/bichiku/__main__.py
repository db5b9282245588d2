from bichiku.cli import main

main()
