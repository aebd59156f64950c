package dev.seckill.load;

/** What a stand is made of. */
enum Setup {
    NODE,
    /** And beside it the same server answering with a constant. */
    NODE_AND_CONSTANT,
    /** Four nodes behind nginx. */
    CLUSTER
}
