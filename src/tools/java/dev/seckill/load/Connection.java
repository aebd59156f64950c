package dev.seckill.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;

/**
 * One kept connection, on which one try at a time waits for its answer. Runs on the client's one thread. What becomes
 * of a write, it hears from the answer or from the connection's end.
 */
@SuppressWarnings("FutureReturnValueIgnored")
final class Connection extends ChannelInboundHandlerAdapter {
    private final LoadClient client;
    private final AnswerReader answer = new AnswerReader();
    private Channel channel;
    private boolean isBusy;
    private boolean isOver;
    int attempt;
    int tries;
    long firstDueNanos;
    long dueNanos;
    long sentNanos;

    Connection(LoadClient client) {
        this.client = client;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        client.opened(this);
    }

    boolean isBusy() {
        return isBusy;
    }

    boolean isOpen() {
        return !isOver;
    }

    void send(AttemptRequest request) {
        isBusy = true;
        ByteBuf bytes = channel.alloc().directBuffer(request.length(attempt));
        request.write(attempt, bytes);
        channel.writeAndFlush(bytes, channel.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (!isBusy || ((HttpObject) message).decoderResult().isFailure()) {
                // an answer that nobody waits for, or none at all
                context.close();
                return;
            }
            if (message instanceof HttpResponse response) {
                answer.begin(response);
            }
            if (message instanceof HttpContent content) {
                answer.append(content.content());
            }
            if (message instanceof LastHttpContent) {
                isBusy = false;
                isOver = answer.isLast();
                client.heard(this, answer);
                if (isOver) {
                    context.close();
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        client.sendDue();
    }

    /** What comes from the network ends the connection, and with it the try; all else is a mistake of this client. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException || cause instanceof CodecException)) {
            client.fail(cause);
        }
        context.close();
    }

    /** Its buyer waits no longer; whatever comes after belongs to nobody, so the connection ends with it. */
    void giveUp() {
        isBusy = false;
        isOver = true;
        channel.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        boolean wasBusy = isBusy;
        isBusy = false;
        isOver = true;
        client.closed(this, wasBusy);
    }
}
