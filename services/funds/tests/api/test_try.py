from funds_world import *
async def test_try(world):
    f=await established(world); print(f)
    p=await paid(world, DE="1000.00", US="500.00"); print(p)
    g=await granted(world); print(g)
    print((await world["analyst"].get(FUND)).json())
