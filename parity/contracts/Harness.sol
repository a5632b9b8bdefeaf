// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

/// A program is a sequence of items: kind (1 byte), target (20), value (16), length (4), data.
/// kind 0: call `target` with `value` and `data`; a failure reverts everything with its own reason.
/// kind 1: pay: transfer `target` (a token) to whoever called back; the amount is word number
///         `value` of the callback's arguments, and nothing is paid unless it is > 0 as int256.
contract Actor {
    /// Marks a program inside the bytes that a protocol hands through to its callback.
    bytes32 private constant MAGIC = keccak256('breakwater.parity.program');
    address private immutable driver = msg.sender;

    receive() external payable {}

    fallback(bytes calldata input) external payable returns (bytes memory) {
        if (msg.sender == driver) return execute(input);
        for (uint256 at = 4; at + 64 <= input.length; at += 32) {
            if (bytes32(input[at:]) != MAGIC) continue;
            uint256 length = uint256(bytes32(input[at + 32:]));
            execute(input[at + 64:at + 64 + length]);
            break;
        }
        return abi.encode(uint256(1));
    }

    function execute(bytes calldata program) private returns (bytes memory result) {
        uint256 at = 0;
        while (at < program.length) {
            uint8 kind = uint8(program[at]);
            address target = address(bytes20(program[at + 1:]));
            uint256 value = uint128(bytes16(program[at + 21:]));
            uint256 length = uint32(bytes4(program[at + 37:]));
            bytes calldata data = program[at + 41:at + 41 + length];
            at += 41 + length;
            if (kind == 1) {
                int256 owed = int256(uint256(bytes32(msg.data[4 + 32 * value:])));
                if (owed <= 0) continue;
                result = call(target, 0, abi.encodeWithSelector(0xa9059cbb, msg.sender, uint256(owed)));
            } else {
                result = call(target, value, data);
            }
        }
    }

    function call(address target, uint256 value, bytes memory data) private returns (bytes memory) {
        (bool ok, bytes memory result) = target.call{value: value}(data);
        if (!ok) {
            assembly {
                revert(add(result, 32), mload(result))
            }
        }
        return result;
    }
}

/// Reads getters: target (20), length (4), data, and so on. Answers success (1), length (4), bytes.
contract Reader {
    fallback(bytes calldata input) external returns (bytes memory out) {
        bytes[] memory parts = new bytes[](input.length / 28);
        uint256 count = 0;
        uint256 at = 0;
        uint256 total = 0;
        while (at < input.length) {
            address target = address(bytes20(input[at:]));
            uint256 length = uint32(bytes4(input[at + 20:]));
            at += 24 + length;
            (bool ok, bytes memory result) = target.staticcall(input[at - length:at]);
            parts[count] = abi.encodePacked(ok, uint32(result.length), result);
            total += parts[count++].length;
        }
        out = new bytes(total);
        uint256 to;
        assembly {
            to := add(out, 32)
        }
        for (uint256 i = 0; i < count; i++) {
            bytes memory part = parts[i];
            assembly {
                mcopy(to, add(part, 32), mload(part))
                to := add(to, mload(part))
            }
        }
    }
}

/// Creates the actors, has them act, and reads getters after each step, all in one transaction.
contract Driver {
    address private immutable owner = msg.sender;
    Reader public immutable reader = new Reader();

    event Created(address actor);

    function create(uint256 count) external {
        for (uint256 i = 0; i < count; i++) emit Created(address(new Actor()));
    }

    /// Steps: actor (20), gas (8), program length (4), program, length of the reads (4), reads as the
    /// Reader takes them. One log per step: success (1), length (4), returned bytes, then the reads.
    fallback(bytes calldata input) external payable returns (bytes memory) {
        require(msg.sender == owner, 'not the owner');
        uint256 at = 0;
        while (at < input.length) {
            bytes memory out;
            (at, out) = step(input, at);
            assembly {
                log0(add(out, 32), mload(out))
            }
        }
        return '';
    }

    function step(bytes calldata input, uint256 at) private returns (uint256, bytes memory out) {
        address actor = address(bytes20(input[at:]));
        uint256 gasLimit = uint64(bytes8(input[at + 20:]));
        uint256 length = uint32(bytes4(input[at + 28:]));
        at += 32;
        (bool ok, bytes memory result) = actor.call{gas: gasLimit}(input[at:at + length]);
        at += length;
        length = uint32(bytes4(input[at:]));
        at += 4;
        (, bytes memory more) = address(reader).staticcall(input[at:at + length]);
        out = abi.encodePacked(ok, uint32(result.length), result, more);
        return (at + length, out);
    }
}

/// A plain ERC-20 of the tests: anybody mints, and anybody pauses all transfers.
contract Token {
    string public name;
    string public symbol;
    uint8 public immutable decimals;
    uint256 public totalSupply;
    bool public paused;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    constructor(string memory name_, string memory symbol_, uint8 decimals_) {
        name = name_;
        symbol = symbol_;
        decimals = decimals_;
    }

    function pause(bool on) external {
        paused = on;
    }

    function mint(address to, uint256 value) external {
        totalSupply += value;
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        move(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) {
            require(allowed >= value, 'Token: allowance');
            allowance[from][msg.sender] = allowed - value;
        }
        move(from, to, value);
        return true;
    }

    function move(address from, address to, uint256 value) private {
        require(!paused, 'Token: paused');
        require(balanceOf[from] >= value, 'Token: balance');
        balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
}

/// A price that anybody sets, answering the ways in which protocols ask for one.
contract Feed {
    int256 public latestAnswer;
    uint256 public latestTimestamp;
    uint8 public immutable decimals;

    constructor(uint8 decimals_, int256 answer) {
        decimals = decimals_;
        set(answer);
    }

    function set(int256 answer) public {
        latestAnswer = answer;
        latestTimestamp = block.timestamp;
    }

    function price() external view returns (uint256) {
        return uint256(latestAnswer);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (1, latestAnswer, latestTimestamp, latestTimestamp, 1);
    }
}
